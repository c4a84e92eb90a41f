//! Overwrites memory before it is freed, because the engine's texts and the host's bytes may be secrets.

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
        // The compiler does not optimise this away, unlike a plain write to memory that is not read again.
        unsafe { nix::libc::explicit_bzero(memory.cast(), layout.size()) };
        unsafe { System.dealloc(memory, layout) }
    }
}
