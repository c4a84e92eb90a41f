//! Overwrites memory before it is freed, because the engine's texts and the host's bytes may be secrets.

use rquickjs::{Ctx, qjs};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub struct Overwriting;

/// What is allocated now, and what was after the last collection, in bytes.
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static COLLECTED: AtomicUsize = AtomicUsize::new(0);

/// So much more than after the last collection is worth another one, while nothing else is to be done.
const WORTH: usize = 256 << 10;

/// What a client's call uses, in bytes.
const USUAL: i32 = 1280 << 10;

/// Takes from the system at once what a client's call uses. Page by page, it would be two hundred page faults.
pub fn prepare() {
    // SAFETY: it only makes the C library's heap larger, and fills it with pages, as far as the system can
    // (https://man7.org/linux/man-pages/man2/madvise.2.html, since Linux 5.14).
    unsafe {
        use nix::libc::{M_TOP_PAD, M_TRIM_THRESHOLD, MADV_POPULATE_WRITE, free, madvise, malloc, mallopt, sbrk};
        mallopt(M_TOP_PAD, USUAL);
        mallopt(M_TRIM_THRESHOLD, 4 * USUAL);
        let first = malloc(1);
        let start = first as usize & !0xfff;
        madvise(start as *mut _, (sbrk(0) as usize).saturating_sub(start), MADV_POPULATE_WRITE);
        free(first);
    }
}

/// Whether a process that waits should collect garbage meanwhile.
pub fn has_grown() -> bool {
    ALLOCATED.load(Relaxed) > COLLECTED.load(Relaxed) + WORTH
}

/// Collects garbage, and gives the memory back to the system.
pub fn collect(ctx: &Ctx<'_>) {
    // SAFETY: no value is in use on the one thread of the engine but those that are referred to.
    unsafe { qjs::JS_RunGC(qjs::JS_GetRuntime(ctx.as_raw().as_ptr())) };
    COLLECTED.store(ALLOCATED.load(Relaxed), Relaxed);
    // SAFETY: it changes no memory that is in use.
    unsafe {
        nix::libc::malloc_trim(0);
    }
}

// SAFETY: the system's allocator does the work, for the same layouts.
unsafe impl GlobalAlloc for Overwriting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // The compiler does not optimise this away, unlike a plain write to memory that is not read again.
        unsafe { nix::libc::explicit_bzero(memory.cast(), layout.size()) };
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}
