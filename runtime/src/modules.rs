//! The modules: ours, as bytecode in this executable, and the host's. Nothing is loaded from elsewhere.

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::ModuleDef;
use rquickjs::{Ctx, Error, Module, Promise, Result};

/// The module that runs the command that this process was started for (packaging/native.ts).
pub const ENTRY: &str = "entry.js";

/// Sorted by name. The engine does not verify bytecode, and gets no other than this.
static OURS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// Makes a host module from its functions.
macro_rules! native_module {
    ($($name:literal: $function:expr),* $(,)?) => {
        pub struct Host;

        impl rquickjs::module::ModuleDef for Host {
            fn declare(declarations: &rquickjs::module::Declarations) -> rquickjs::Result<()> {
                $(declarations.declare($name)?;)*
                Ok(())
            }

            fn evaluate<'js>(_: &rquickjs::Ctx<'js>, exports: &rquickjs::module::Exports<'js>) -> rquickjs::Result<()> {
                $(exports.export($name, rquickjs::prelude::Func::from($function))?;)*
                Ok(())
            }
        }
    };
}
pub(crate) use native_module;

native_module! {
    "load": load,
}

/// Loads a module when it is needed.
pub fn load<'js>(ctx: Ctx<'js>, name: String) -> Result<Promise<'js>> {
    Module::import(&ctx, name)
}

pub struct Embedded;

impl Resolver for Embedded {
    fn resolve<'js>(&mut self, _: &Ctx<'js>, _: &str, name: &str, _: Option<ImportAttributes<'js>>) -> Result<String> {
        Ok(name.strip_prefix("./").unwrap_or(name).into())
    }
}

impl Loader for Embedded {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str, _: Option<ImportAttributes<'js>>) -> Result<Module<'js>> {
        if let Ok(at) = OURS.binary_search_by_key(&name, |(name, _)| name) {
            // SAFETY: build.rs compiled it with this engine, and it cannot have changed since.
            return unsafe { Module::load(ctx.clone(), OURS[at].1) };
        }
        match name {
            "host:child" => declare::<crate::child::Host>(ctx, name),
            "host:crypto" => declare::<crate::crypto::Host>(ctx, name),
            "host:files" => declare::<crate::files::Host>(ctx, name),
            "host:http" => declare::<crate::http::Host>(ctx, name),
            "host:keyring" => declare::<crate::keyring::Host>(ctx, name),
            "host:listener" => declare::<crate::listener::Host>(ctx, name),
            "host:modules" => declare::<Host>(ctx, name),
            "host:names" => declare::<crate::names::Host>(ctx, name),
            "host:poll" => declare::<crate::poll::Host>(ctx, name),
            "host:process" => declare::<crate::process::Host>(ctx, name),
            "host:signals" => declare::<crate::signals::Host>(ctx, name),
            "host:socket" => declare::<crate::socket::Host>(ctx, name),
            "host:terminal" => declare::<crate::terminal::Host>(ctx, name),
            "host:text" => declare::<crate::text::Host>(ctx, name),
            "host:tls" => declare::<crate::tls::Host>(ctx, name),
            "host:url" => declare::<crate::url::Host>(ctx, name),
            "host:zlib" => declare::<crate::zlib::Host>(ctx, name),
            _ => Err(Error::new_loading(name)),
        }
    }
}

fn declare<'js, D: ModuleDef>(ctx: &Ctx<'js>, name: &str) -> Result<Module<'js>> {
    Module::declare_def::<D, _>(ctx.clone(), name)
}
