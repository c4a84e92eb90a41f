//! Memory that is given back is overwritten first: a secret is text and bytes like any other, the engine's and the host's.

use std::alloc::{GlobalAlloc, Layout, System};

pub struct Overwriting;

// SAFETY: the system's allocator does the work, for the same layouts.
unsafe impl GlobalAlloc for Overwriting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // Not left out by the compiler, although nobody reads it any more.
        unsafe { nix::libc::explicit_bzero(memory.cast(), layout.size()) };
        unsafe { System.dealloc(memory, layout) }
    }
}
