//! Runs the bytecode of src/ on QuickJS-NG, with the functions for its node: modules (../node).

#![no_main]

mod child;
mod crypto;
mod error;
mod files;
mod http;
mod keyring;
mod listener;
mod memory;
mod modules;
mod names;
mod poll;
mod process;
mod signals;
mod socket;
mod terminal;
mod text;
mod tls;
mod url;
mod zlib;

use nix::libc::{c_char, c_int};
use rquickjs::context::intrinsic::{
    Date, Json, MapSet, Performance, Promise, Proxy, RegExp, RegExpCompiler, TypedArrays, WeakRef,
};
use rquickjs::{Context, Module, Runtime, qjs};

/// The language without a parser: all code was compiled when this file was built.
type Language = (Date, RegExpCompiler, RegExp, Json, Proxy, MapSet, TypedArrays, Promise, Performance, WeakRef);

#[global_allocator]
static MEMORY: memory::Overwriting = memory::Overwriting;

const MOST_MEMORY: usize = 1 << 30;
const MOST_STACK: usize = 4 << 20;
/// Garbage is first collected at this size, if not while nobody asks. A client's call ends before.
const GARBAGE: usize = 4 << 20;

#[cfg(not(target_env = "gnu"))]
compile_error!("only GNU's C library hands the arguments to Rust before main");

/// The C library starts this, and has handed the arguments to Rust by then. Rust's own start would read the map of this
/// process's memory on each call, to name a stack that overflows.
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, _words: *const *const c_char) -> c_int {
    process::harden();
    process::prepare();
    memory::prepare();
    let runtime = Runtime::new().expect("there is memory");
    runtime.set_memory_limit(MOST_MEMORY);
    runtime.set_max_stack_size(MOST_STACK);
    runtime.set_gc_threshold(GARBAGE);
    runtime.set_loader(modules::Embedded, modules::Embedded);
    runtime.set_host_promise_rejection_tracker(Some(Box::new(poll::note_rejection)));
    let context = Context::custom::<Language>(&runtime).expect("there is memory");
    // SAFETY: the engine runs on no other thread.
    unsafe { qjs::JS_SetCanBlock(context.get_runtime_ptr(), true) };
    context.with(|ctx| {
        if let Err(error) = Module::import(&ctx, modules::ENTRY) {
            error::end_uncaught(&ctx, error);
        }
        poll::run(&ctx);
    });
    process::end_now(0)
}
