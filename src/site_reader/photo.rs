//! Photos: the answer to a request for one is kept only if it is an image, and not too large.

use crate::frontier::ParsedPage;
use crate::opt_out::Judgement;
use crate::site_reader::Response;

/// The first bytes of the formats that newspapers print photos in. SVG is not among them: it is a
/// text that may have scripts.
const BEGINNINGS: [&[u8]; 9] = [
    b"\xff\xd8\xff",       // JPEG
    b"\x89PNG\r\n\x1a\n",  // PNG
    b"GIF87a",             // GIF
    b"GIF89a",             // GIF
    b"BM",                 // BMP
    b"II*\0",              // TIFF
    b"MM\0*",              // TIFF
    b"\xff\x0a",           // JPEG XL
    b"\0\0\0\x0cJXL \r\n", // JPEG XL in a container
];

/// The brands of AVIF and HEIF, which stand behind `ftyp` (ISO/IEC 14496-12 §4.3).
const BRANDS: [&[u8]; 6] = [b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"];

impl Response {
    /// Judges a good answer to the request for a photo.
    pub(super) fn read_photo(&self, judgement: &Judgement) -> ParsedPage {
        let most = self.reader.site.keep.most_bytes.0;
        let content_type = self.answer.header("content-type").unwrap_or_default();

        match judgement.withholds_photo() {
            Some(why) => ParsedPage::WithheldPhoto { why },
            None if !is_image(content_type) => ParsedPage::Unreadable {
                why: format!("its content type is {content_type}"),
            },
            None if self.answer.body.len() as u64 > most => ParsedPage::Unreadable {
                why: format!("the photo has more than {most} bytes"),
            },
            None if !begins_as_photo(&self.answer.body) => ParsedPage::Unreadable {
                why: format!("its content type is {content_type}, and its bytes are no photo"),
            },
            None => ParsedPage::Photo,
        }
    }
}

fn is_image(content_type: &str) -> bool {
    let kind = content_type.trim_start();
    kind.get(..6)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("image/"))
}

fn begins_as_photo(body: &[u8]) -> bool {
    let is_webp = body.starts_with(b"RIFF") && body.get(8..12) == Some(b"WEBP");
    let is_heif = body.get(4..8) == Some(b"ftyp")
        && body.get(8..12).is_some_and(|brand| BRANDS.contains(&brand));

    is_webp || is_heif || BEGINNINGS.iter().any(|begin| body.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_known_by_its_first_bytes() {
        let photos: [&[u8]; 6] = [
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"GIF89a\x01\0",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            b"\0\0\0\x20ftypavif\0\0\0\0",
            b"MM\0*\0\0\0\x08",
        ];
        for photo in photos {
            assert!(begins_as_photo(photo), "{photo:?}");
        }

        let others: [&[u8]; 7] = [
            b"",
            b"<!doctype html><p>no photo</p>",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"\xff\xd8",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"\0\0\0\x20ftypisom\0\0\0\0",
            b"%PDF-1.7",
        ];
        for other in others {
            assert!(!begins_as_photo(other), "{other:?}");
        }
    }

    #[test]
    fn only_images_are_photos() {
        assert!(is_image("image/jpeg") && is_image(" Image/PNG; q=1"));
        for other in ["", "text/html", "application/octet-stream", "image", "가가"] {
            assert!(!is_image(other), "{other}");
        }
    }
}
