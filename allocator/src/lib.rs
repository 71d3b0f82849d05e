//! Returns freed memory to the system. glibc keeps freed memory, for each thread, up to twice the
//! largest block that was ever freed: after a few pages of 8 MiB that is some 20 MB a thread.
//!
//! These two functions are all of saseo's unsafe code. With another C library they do nothing.

/// The size in bytes from which blocks come from the system and return to it when they are freed.
/// glibc begins with 128 KiB and raises that with each freed block, up to 32 MiB. A value that is
/// set stays. A large page needs blocks above this one; an ordinary page does not.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 512 * 1024;

/// The free bytes that an arena keeps at its end. An ordinary page is read in them without a call
/// to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 2 * 1024 * 1024;

/// Makes large blocks return to the system when they are freed. Call it once, before there are
/// threads.
pub fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes two numbers and keeps no pointer; it may be called at any time
    // (mallopt(3)).
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Returns all memory that threads have freed. It takes some milliseconds, so call it at the end of
/// large work only.
pub fn return_all() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim takes a number, locks what it needs, and only drops pages that nobody
    // owns (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}
