//! How the allocator gives freed memory back to the system. glibc keeps it, for each thread that
//! freed it, up to twice the largest block that was ever freed: after a few pages of 8 MiB that is
//! some 20 MB a thread.
//!
//! These two functions are all of saseo's unsafe code. Where the C library is another one they do
//! nothing.

/// Blocks of so many bytes come from the system and go back to it. glibc begins with 128 KiB and
/// raises that with each freed block, up to 32 MiB; once it is set, it stays.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 512 * 1024;

/// So many free bytes at an arena's end are kept: an ordinary page is read in them without a call
/// to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 2 * 1024 * 1024;

/// Lets large blocks go back when they are freed. To be called once, before there are threads.
pub fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes two numbers and keeps no pointer; it may be called at any time
    // (mallopt(3)).
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Gives back whatever all threads have freed. It takes some milliseconds: it is for the end of
/// large work.
pub fn return_all() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim takes a number, locks what it needs, and only drops pages that nobody
    // owns (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}
