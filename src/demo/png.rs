//! The demo's photos: PNG files of one pixel (ISO/IEC 15948), each article's in a colour of its
//! own.

/// The header of an image of one pixel in RGB, of eight bits each.
const HEADER: [u8; 13] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];

/// Returns a photo in the colour of a number.
pub(super) fn photo(number: u64) -> Vec<u8> {
    let [.., red, green, blue] = number.to_be_bytes();
    // A filter byte, and the pixel.
    let pixel = [0, red, green, blue];

    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &HEADER));
    png.extend(chunk(b"IDAT", &stored(pixel)));
    png.extend(chunk(b"IEND", &[]));
    png
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let checked = [name.as_slice(), content].concat();
    let length = u32::try_from(content.len()).expect("a chunk has some bytes");
    [
        &length.to_be_bytes(),
        checked.as_slice(),
        &crc32(&checked).to_be_bytes(),
    ]
    .concat()
}

/// Packs four bytes as zlib does (RFC 1950), in one stored block.
fn stored(bytes: [u8; 4]) -> Vec<u8> {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a += u32::from(byte);
        b += a;
    }
    let adler32 = b << 16 | a;

    let head = [0x78, 0x01, 1, 4, 0, 0xfb, 0xff];
    [head.as_slice(), &bytes, &adler32.to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let all = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    !all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
        assert_eq!(stored(*b"Wiki")[11..], 0x03da_0195_u32.to_be_bytes());
    }

    #[test]
    fn each_article_has_a_photo_of_its_own() {
        assert!(photo(81_193) != photo(81_194) && photo(7).starts_with(b"\x89PNG"));
    }
}
