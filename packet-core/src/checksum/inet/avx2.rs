//! Sums in vectors of 256 bits, on processors of the x86-64 family that have AVX2.
//!
//! This is the one module with `unsafe`. It is used for three things: to say that the processor has the instructions,
//! of which an [`Avx2`] is the proof; to ask the processor for that; and to load and store vectors, which is done
//! through references to as many bytes as a vector has. All else is what the compiler checks.

use super::sum::{add, short, short_copy};
use core::arch::x86_64::{
    __cpuid, __cpuid_count, __m128i, __m256i, _mm_add_epi64, _mm_cvtsi128_si64, _mm_unpackhi_epi64, _mm256_add_epi64,
    _mm256_and_si256, _mm256_castsi256_si128, _mm256_cmpgt_epi8, _mm256_extracti128_si256, _mm256_loadu_si256,
    _mm256_set1_epi8, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_storeu_si256, _mm256_sub_epi64, _xgetbv,
};
use core::sync::atomic::{AtomicU8, Ordering};

/// That the processor has AVX2 and the operating system keeps its registers.
///
/// # Invariants
///
/// Only [`Avx2::detect`] makes one, and only where both hold.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

/// What [`Avx2::detect`] found out: [`UNKNOWN`], [`ABSENT`] or [`PRESENT`]. Several threads may find out at once, and
/// find the same.
static FOUND: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const ABSENT: u8 = 1;
const PRESENT: u8 = 2;

impl Avx2 {
    /// Asks the processor, once.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        // Miri has no processor to ask.
        if cfg!(any(target_feature = "avx2", miri)) {
            return cfg!(target_feature = "avx2").then_some(Self(()));
        }
        match FOUND.load(Ordering::Relaxed) {
            PRESENT => Some(Self(())),
            ABSENT => None,
            _ => Self::ask(),
        }
    }

    #[cold]
    fn ask() -> Option<Self> {
        let found = is_present();
        FOUND.store(if found { PRESENT } else { ABSENT }, Ordering::Relaxed);
        found.then_some(Self(()))
    }

    /// The sum of at most 2^30 bytes.
    #[inline]
    pub(super) fn sum(self, data: &[u8]) -> u64 {
        // SAFETY: `sum` needs nothing but AVX2, and that there is an `Avx2` proves it.
        unsafe { sum(data) }
    }

    /// Copies and sums at most 2^30 bytes, as many as the shorter slice has.
    #[inline]
    pub(super) fn copy(self, to: &mut [u8], from: &[u8]) -> u64 {
        // SAFETY: `copy` needs nothing but AVX2, and that there is an `Avx2` proves it.
        unsafe { copy(to, from) }
    }
}

/// Intel's Software Developer's Manual, volume 1, §14.3 and §14.7.1, "Detection of AVX" and "of AVX2".
fn is_present() -> bool {
    const OSXSAVE_AND_AVX: u32 = 1 << 27 | 1 << 28;
    const AVX2: u32 = 1 << 5;
    const XMM_AND_YMM: u64 = 1 << 1 | 1 << 2;
    if __cpuid(0).eax < 7 || __cpuid(1).ecx & OSXSAVE_AND_AVX != OSXSAVE_AND_AVX {
        return false;
    }
    // SAFETY: `OSXSAVE` says that the system has enabled the instruction, and register 0 exists wherever it has.
    let kept = unsafe { _xgetbv(0) };
    kept & XMM_AND_YMM == XMM_AND_YMM && __cpuid_count(7, 0).ebx & AVX2 != 0
}

/// Sums of 64-bit words in four lanes.
#[derive(Clone, Copy)]
struct Lanes {
    /// The words, without the carries.
    words: __m256i,
    /// Their upper halves, which tell what the carries were.
    highs: __m256i,
}

impl Lanes {
    #[target_feature(enable = "avx2")]
    fn new() -> Self {
        Self { words: _mm256_setzero_si256(), highs: _mm256_setzero_si256() }
    }

    #[target_feature(enable = "avx2")]
    fn add(self, words: __m256i) -> Self {
        Self {
            words: _mm256_add_epi64(self.words, words),
            highs: _mm256_add_epi64(self.highs, _mm256_srli_epi64::<32>(words)),
        }
    }

    #[target_feature(enable = "avx2")]
    fn merge(self, other: Self) -> Self {
        Self { words: _mm256_add_epi64(self.words, other.words), highs: _mm256_add_epi64(self.highs, other.highs) }
    }

    /// The sum of all lanes. Of at most 2^30 bytes the halves sum up to less than 2^59, so no carry is lost.
    #[target_feature(enable = "avx2")]
    fn finish(self) -> u64 {
        // The sum of the words is that of the lower halves and 2^32 times that of the upper ones.
        let lows = _mm256_sub_epi64(self.words, _mm256_slli_epi64::<32>(self.highs));
        let four = _mm256_add_epi64(lows, self.highs);
        let two: __m128i = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256::<1>(four));
        let one = _mm_add_epi64(two, _mm_unpackhi_epi64(two, two));
        _mm_cvtsi128_si64(one) as u64
    }
}

#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is good for reading 32 bytes, and this load wants no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn store(bytes: &mut [u8; 32], vector: __m256i) {
    // SAFETY: the reference is good for writing 32 bytes, and this store wants no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), vector) }
}

/// The last `count` of a vector's bytes, and zeros before them. `count` is at most 31.
#[target_feature(enable = "avx2")]
fn keep_last(vector: __m256i, count: usize) -> __m256i {
    let from_the_end = _mm256_setr_epi8(
        31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
        1, 0,
    );
    _mm256_and_si256(vector, _mm256_cmpgt_epi8(_mm256_set1_epi8(count as i8), from_the_end))
}

#[target_feature(enable = "avx2")]
fn sum(data: &[u8]) -> u64 {
    let (pairs, odd) = data.as_chunks::<2>();
    let even = pairs.as_flattened();
    let Some(window) = even.last_chunk() else {
        return short(data);
    };
    let (vectors, rest) = even.as_chunks();
    let (fours, vectors) = vectors.as_chunks();
    let (mut a, mut b) = (Lanes::new(), Lanes::new());
    for [first, second, third, fourth] in fours {
        a = a.add(load(first)).add(load(third));
        b = b.add(load(second)).add(load(fourth));
    }
    for vector in vectors {
        a = a.add(load(vector));
    }
    // The bytes that fill no vector are the end of the last one that can be loaded.
    b = b.add(keep_last(load(window), rest.len()));
    add(a.merge(b).finish(), short(odd))
}

#[target_feature(enable = "avx2")]
fn copy(to: &mut [u8], from: &[u8]) -> u64 {
    let (pairs, odd) = from.as_chunks::<2>();
    let (to_pairs, to_odd) = to.as_chunks_mut::<2>();
    let even = pairs.as_flattened();
    let to_even = to_pairs.as_flattened_mut();
    let (vectors, rest) = even.as_chunks();
    let (fours, vectors) = vectors.as_chunks();
    let (to_fours, to_vectors) = to_even.as_chunks_mut().0.as_chunks_mut();
    let (mut a, mut b) = (Lanes::new(), Lanes::new());
    for ([to_first, to_second, to_third, to_fourth], [first, second, third, fourth]) in to_fours.iter_mut().zip(fours) {
        let (first, second, third, fourth) = (load(first), load(second), load(third), load(fourth));
        store(to_first, first);
        store(to_second, second);
        store(to_third, third);
        store(to_fourth, fourth);
        a = a.add(first).add(third);
        b = b.add(second).add(fourth);
    }
    for (to, vector) in to_vectors.iter_mut().zip(vectors) {
        let vector = load(vector);
        store(to, vector);
        a = a.add(vector);
    }
    if let (Some(window), Some(to_window)) = (even.last_chunk(), to_even.last_chunk_mut()) {
        // As in `sum`; what is stored twice is the same.
        let window = load(window);
        store(to_window, window);
        b = b.add(keep_last(window, rest.len()));
        add(a.merge(b).finish(), short_copy(to_odd, odd))
    } else {
        short_copy(to, from)
    }
}
