//! What an image says beside the picture is not published: where and when it was taken, by whom, with
//! what, and the small picture of before it was cut. What stays is what it takes to show it: the
//! colours (ICC), and how it is to be turned.

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{self, WebP};

/// What EXIF begins with in a JPEG; some programs write it into a WebP too.
const EXIF: &[u8] = b"Exif\0\0";
/// TIFF 6.0 and EXIF: how the picture is to be turned.
const ORIENTATION: u16 = 274;
/// Chunks of a PNG that change how it looks, beside the critical ones (PNG, third edition, 11.3; the
/// `…TL` and `fdAT` are those of its animations).
const LOOKS: [&[u8; 4]; 15] = [
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD",
    b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];
/// Chunks of a WebP that it is shown by (WebP Container Specification).
const SHOWN: [[u8; 4]; 7] = [
    webp::CHUNK_VP8X,
    webp::CHUNK_ICCP,
    webp::CHUNK_ANIM,
    webp::CHUNK_ANMF,
    webp::CHUNK_ALPH,
    webp::CHUNK_VP8,
    webp::CHUNK_VP8L,
];
/// In the first byte of `VP8X`: there is EXIF, there is XMP.
const WITH_EXIF: u8 = 0b1000;
const WITH_XMP: u8 = 0b100;

/// An image without what it says beside the picture.
#[derive(Debug)]
pub struct Bare {
    /// The file.
    pub bytes: Vec<u8>,
    /// It is shown on its side: its width is what it is high.
    pub is_on_its_side: bool,
}

/// The image in `bytes`, which is of media type `kind`, without what it says beside the picture; none
/// where it is damaged.
pub fn bare(kind: &str, bytes: Vec<u8>) -> Option<Bare> {
    let bytes = Bytes::from(bytes);
    let (bytes, turned) = match kind {
        "image/jpeg" => jpeg(bytes)?,
        "image/png" => png(bytes)?,
        _ => webp(bytes)?,
    };
    Some(Bare {
        bytes: bytes.to_vec(),
        is_on_its_side: turned.is_some_and(|turned| turned > 4),
    })
}

fn jpeg(bytes: Bytes) -> Option<(Bytes, Option<u8>)> {
    let mut jpeg = Jpeg::from_bytes(bytes).ok()?;
    let exif = |segment: &JpegSegment| {
        let is_exif = segment.marker() == markers::APP1;
        let exif = segment.contents().strip_prefix(EXIF);
        exif.filter(|_| is_exif).and_then(turned)
    };
    let turned = jpeg.segments().iter().find_map(exif);
    let segments = jpeg.segments_mut();
    segments.retain(|segment| {
        let is = |name: &[u8]| segment.contents().starts_with(name);
        match segment.marker() {
            markers::APP0 => is(b"JFIF\0"),
            markers::APP2 => is(b"ICC_PROFILE\0"),
            // Says which colours the numbers mean.
            markers::APP14 => is(b"Adobe"),
            markers::APP1..=markers::APP15 | markers::COM => false,
            _ => true,
        }
    });
    let first = segments.first().map(JpegSegment::marker);
    if let Some(turned) = turned {
        let exif = Bytes::from([EXIF, &only(turned)].concat());
        let at = usize::from(first == Some(markers::APP0));
        let exif = JpegSegment::new_with_contents(markers::APP1, exif);
        segments.insert(at, exif);
    }
    let whole = jpeg.encoder().bytes();
    let end = end_of_jpeg(&whole);
    Some((whole.slice(..end), turned))
}

/// Where the picture ends: cameras put more pictures behind it, and films.
fn end_of_jpeg(jpeg: &[u8]) -> usize {
    let mut at = 2;
    while let Some([marker, code]) = jpeg.get(at..at + 2) {
        at += match (*marker, *code) {
            (markers::P, markers::EOI) => return at + 2,
            // Fill bytes; an 0xFF of the picture; the marks within it.
            (markers::P, markers::P) => 1,
            (markers::P, markers::Z | markers::RST0..=markers::RST7) => 2,
            (markers::P, _) => {
                let length = jpeg.get(at + 2..at + 4);
                2 + length.map_or(0, |length| {
                    usize::from(length[0]) << 8 | usize::from(length[1])
                })
            }
            _ => 1,
        };
    }
    jpeg.len()
}

fn png(bytes: Bytes) -> Option<(Bytes, Option<u8>)> {
    let mut png = Png::from_bytes(bytes).ok()?;
    let exif = png.chunk_by_type(*b"eXIf");
    let turned = exif.and_then(|exif| turned(exif.contents()));
    let chunks = png.chunks_mut();
    chunks.retain(|chunk| {
        let kind = chunk.kind();
        kind[0].is_ascii_uppercase() || LOOKS.contains(&&kind)
    });
    if let Some(turned) = turned {
        let exif = Bytes::copy_from_slice(&only(turned));
        // Behind the header, which is the first.
        chunks.insert(1.min(chunks.len()), PngChunk::new(*b"eXIf", exif));
    }
    Some((png.encoder().bytes(), turned))
}

fn webp(bytes: Bytes) -> Option<(Bytes, Option<u8>)> {
    let mut webp = WebP::from_bytes(bytes).ok()?;
    let exif = webp.chunk_by_id(webp::CHUNK_EXIF);
    let exif = exif.and_then(|exif| exif.content().data());
    let turned = exif.and_then(|exif| turned(exif.strip_prefix(EXIF).unwrap_or(exif)));
    let chunks = webp.chunks_mut();
    chunks.retain(|chunk| SHOWN.contains(&chunk.id()));
    let header = chunks
        .iter_mut()
        .find(|chunk| chunk.id() == webp::CHUNK_VP8X);
    let mut has_header = false;
    if let Some(header) = header {
        let mut flags = header.content().data()?.to_vec();
        let first = flags.first_mut()?;
        *first &= !(WITH_EXIF | WITH_XMP);
        if turned.is_some() {
            *first |= WITH_EXIF;
        }
        *header = RiffChunk::new(webp::CHUNK_VP8X, RiffContent::Data(flags.into()));
        has_header = true;
    }
    // Without the header nothing but the picture may be there.
    let turned = turned.filter(|_| has_header);
    if let Some(turned) = turned {
        let exif = Bytes::copy_from_slice(&only(turned));
        chunks.push(RiffChunk::new(webp::CHUNK_EXIF, RiffContent::Data(exif)));
    }
    Some((webp.encoder().bytes(), turned))
}

/// How the picture is to be turned, as EXIF says: 2 to 8; none where it stands as it is.
fn turned(tiff: &[u8]) -> Option<u8> {
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let (high, low) = if is_little { (6, 4) } else { (4, 6) };
    let directory = usize::from(short(high)?) << 16 | usize::from(short(low)?);
    let entries = usize::from(short(directory)?);
    let entry = (0..entries)
        .map(|entry| directory + 2 + 12 * entry)
        .find(|entry| short(*entry) == Some(ORIENTATION))?;
    let turned = u8::try_from(short(entry + 8)?).ok()?;
    (2..=8).contains(&turned).then_some(turned)
}

/// EXIF that says nothing but how the picture is to be turned.
const fn only(turned: u8) -> [u8; 26] {
    let [high, low] = ORIENTATION.to_be_bytes();
    [
        b'M', b'M', 0, b'*', 0, 0, 0, 8, // A directory at 8
        0, 1, // with one entry:
        high, low, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, // one short
        0, 0, 0, 0, // and no other directory.
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_picture_is_turned_is_read_in_either_order_of_bytes() {
        assert_eq!(turned(&only(6)), Some(6));
        assert_eq!(turned(&only(1)), None);
        let little = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x05\0\0\0\x26\0\0\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
        assert_eq!(turned(little), Some(8));
        for damaged in [
            &b""[..],
            b"II*\0",
            b"MM\0*\xff\xff\xff\xff",
            &only(6)[..18],
            b"nothing",
        ] {
            assert_eq!(turned(damaged), None, "{damaged:?}");
        }
    }

    #[test]
    fn a_damaged_image_is_none() {
        for kind in ["image/jpeg", "image/png", "image/webp"] {
            for damaged in [
                &b""[..],
                b"\xff\xd8",
                b"\x89PNG",
                b"RIFF\xff\xff\xff\xffWEBP",
            ] {
                let bare = bare(kind, damaged.to_vec());
                assert!(
                    bare.is_none_or(|bare| bare.bytes.len() < 9),
                    "{kind} {damaged:?}"
                );
            }
        }
    }
}
