//! Compiles the bundle of src/ (packaging/native.ts) to the engine's bytecode, and writes a table of it for main.rs.

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::{Context, Ctx, Module, Result, Runtime, WriteOptions};
use std::{env, fmt::Write, fs, path::Path};

fn main() {
    let bundle = env::var("CREDBRIDGE_BUNDLE").expect("CREDBRIDGE_BUNDLE names the folder of the bundle");
    let out = env::var("OUT_DIR").expect("cargo says OUT_DIR");
    println!("cargo:rerun-if-env-changed=CREDBRIDGE_BUNDLE");
    println!("cargo:rerun-if-changed={bundle}");
    let mut names: Vec<String> = fs::read_dir(&bundle)
        .expect("the bundle is a folder")
        .map(|entry| entry.expect("the bundle can be listed").file_name().into_string().expect("names are UTF-8"))
        .collect();
    names.sort();
    let mut table = String::from("&[\n");
    for name in &names {
        let source = fs::read(Path::new(&bundle).join(name)).expect("the bundle can be read");
        let file = Path::new(&out).join(name).with_extension("bytecode");
        fs::write(&file, compile(name, source)).expect("OUT_DIR can be written");
        writeln!(table, "({name:?}, include_bytes!({:?})),", file.display()).expect("a string takes everything");
    }
    fs::write(Path::new(&out).join("modules.rs"), table + "]\n").expect("OUT_DIR can be written");
    link_unwinder(Path::new(&out));
}

/// Links Rust's unwinder into the executable: a library more to load takes a tenth of a millisecond of each call. Rust asks
/// for libgcc_s; this linker script is found first.
fn link_unwinder(out: &Path) {
    fs::write(out.join("libgcc_s.so"), "GROUP(-l:libgcc_eh.a)\n").expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search=native={}", out.display());
}

fn compile(name: &str, source: Vec<u8>) -> Vec<u8> {
    let runtime = Runtime::new().expect("there is memory");
    runtime.set_loader(Anything, Anything);
    let context = Context::full(&runtime).expect("there is memory");
    context.with(|ctx| {
        let options = WriteOptions { strip_source: true, strip_debug: true, ..WriteOptions::default() };
        match Module::declare(ctx.clone(), name, source).and_then(|module| module.write(options)) {
            Ok(bytecode) => bytecode,
            Err(_) => panic!("{name}: {:?}", ctx.catch()),
        }
    })
}

/// The engine loads every imported module while it compiles, but does not use its content.
struct Anything;

impl Resolver for Anything {
    fn resolve<'js>(&mut self, _: &Ctx<'js>, _: &str, name: &str, _: Option<ImportAttributes<'js>>) -> Result<String> {
        Ok(name.into())
    }
}

impl Loader for Anything {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str, _: Option<ImportAttributes<'js>>) -> Result<Module<'js>> {
        Module::declare(ctx.clone(), name, "")
    }
}
