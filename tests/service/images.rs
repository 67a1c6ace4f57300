//! Images of products: what is taken, kept, shown, and removed.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::browser::{Browser, Shown};
use super::catalog::stocked;
use super::support::{Served, delete};

pub const PNG: &[u8] = include_bytes!("../images/dot.png");
pub const JPEG: &[u8] = include_bytes!("../images/dot.jpg");
pub const WEBP: &[u8] = include_bytes!("../images/dot.webp");

/// Sends an image the way a browser does, with this name of the file.
pub async fn send_image(browser: &Browser, item: &str, name: &str, bytes: &[u8]) -> Shown {
    let csrf = browser.csrf();
    send_image_with(browser, item, name, bytes, &csrf).await
}

pub async fn send_image_with(
    browser: &Browser,
    item: &str,
    name: &str,
    bytes: &[u8],
    csrf: &str,
) -> Shown {
    let query = super::browser::encoded(&[("item", item), ("csrf", csrf)]);
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nSeen <b>\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = browser
        .request(Method::POST, &format!("/product/images?{query}"))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(body);
    browser.send(request).await
}

/// The hashes of the images that a product's page shows.
pub async fn images(browser: &Browser, item: &str) -> Vec<String> {
    let query = super::browser::encoded(&[("item", item)]);
    let shown = browser.get(&format!("/product?{query}")).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.html);
    let sources = shown.html.split("src=\"/images/").skip(1);
    sources.map(|source| source[..64].to_owned()).collect()
}

/// Names of the files in the folder of the images.
fn files(served: &Served) -> Vec<String> {
    let folder = served.dir.path().join("images");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_image_is_kept_once_by_its_content_and_shown_to_users() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    for (item, bytes) in [
        ("A-100", PNG),
        ("A-100", JPEG),
        ("A-200", PNG),
        ("B/1", WEBP),
    ] {
        // Its name is a trick, and its type a lie.
        let shown = send_image(&anna, item, "../../commerce.db", bytes).await;
        assert!(shown.to().starts_with("/product?item="), "{shown:?}");
    }
    assert_eq!(files(&served).len(), 3);
    let nobody = Browser::at(&served);
    for (item, kind, bytes) in [("A-200", "image/png", PNG), ("B/1", "image/webp", WEBP)] {
        let hash = images(&anna, item).await.remove(0);
        assert!(files(&served).contains(&hash));
        let path = format!("/images/{hash}");
        assert!(nobody.get(&path).await.to().starts_with("/sign-in"));
        let request = anna.request(Method::GET, &path);
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(answer.status(), 200);
        assert_eq!(header("content-type"), kind);
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("cache-control").starts_with("private"));
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
    let page = anna.get("/product?item=A-100").await;
    page.says(200, "alt=\"Seen &#60;b&#62;\"");
    page.says(200, "marketplace gets it: department or category<");
    for path in [
        "/images/..%2Fcommerce.db",
        "/images/commerce.db",
        "/images/0000000000000000000000000000000000000000000000000000000000000000",
        "/images/..%5C..%5Cservice.lock",
    ] {
        anna.get(path).await.says(404, "There is no such page");
    }
    let again = send_image(&anna, "A-100", "a.png", PNG).await;
    again.says(422, "The product has this image already");
    assert_eq!(files(&served).len(), 3);
}

#[tokio::test]
async fn images_change_their_order_and_go_with_the_last_product_that_names_them() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    for (item, bytes) in [
        ("A-100", PNG),
        ("A-100", JPEG),
        ("A-100", WEBP),
        ("A-200", PNG),
    ] {
        send_image(&anna, item, "x", bytes).await.to();
    }
    let [png, jpeg, webp] = images(&anna, "A-100").await.try_into().unwrap();
    let change = |image: String, change: &'static str| {
        let anna = &anna;
        async move {
            let fields = [
                ("item", "A-100"),
                ("image", &image),
                ("change", change),
                ("alt", "New"),
                ("sure", "yes"),
            ];
            anna.post("/product/image", &fields).await.to();
            images(anna, "A-100").await
        }
    };
    assert_eq!(
        change(webp.clone(), "main").await,
        [&webp, &png, &jpeg].map(Clone::clone)
    );
    assert_eq!(
        change(webp.clone(), "later").await,
        [&png, &webp, &jpeg].map(Clone::clone)
    );
    assert_eq!(
        change(jpeg.clone(), "earlier").await,
        [&png, &jpeg, &webp].map(Clone::clone)
    );
    change(jpeg.clone(), "alt").await;
    anna.get("/product?item=A-100")
        .await
        .says(200, "alt=\"New\"");
    assert_eq!(
        change(webp.clone(), "remove").await,
        [&png, &jpeg].map(Clone::clone)
    );
    let fields = [("item", "A-100"), ("image", &png), ("change", "remove")];
    let asked = anna.post("/product/image", &fields).await;
    asked.says(200, "This removes 1 image from A-100.");
    asked.says(200, "name=\"sure\" value=\"yes\"");
    assert!(images(&anna, "A-100").await.contains(&png));
    change(png.clone(), "remove").await;
    // The other product names it still.
    assert!(files(&served).contains(&png) && !files(&served).contains(&webp));
    let fields = [
        ("item", "A-100"),
        ("image", webp.as_str()),
        ("change", "main"),
    ];
    anna.post("/product/image", &fields)
        .await
        .says(404, "has no such image");
    let fields = [
        ("item", "A-100"),
        ("image", jpeg.as_str()),
        ("change", "burn"),
    ];
    assert_eq!(
        anna.post("/product/image", &fields).await.status.as_u16(),
        400
    );
    // AX retires both products.
    served
        .upload_to("items/batch", &[delete("A-100", 2), delete("A-200", 2)])
        .await;
    let until = Instant::now() + Duration::from_secs(20);
    while !files(&served).is_empty() {
        assert!(Instant::now() < until, "{:?}", files(&served));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_no_image_or_too_large_is_refused_and_leaves_nothing() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    let mut large = PNG.to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);
    for (bytes, words) in [
        (
            &b"<svg onload=alert(1)>"[..],
            "It is no PNG, JPEG or WebP image",
        ),
        (
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            "It is no PNG, JPEG or WebP image",
        ),
        (b"MZ\x90\x00", "It is no PNG, JPEG or WebP image"),
        (b"", "Choose an image"),
        (&PNG[..20], "damaged"),
        (&large, "An image has at most 5 MB"),
    ] {
        let shown = send_image(&anna, "A-100", "a.png", bytes).await;
        shown.says(422, words);
    }
    send_image(&anna, "nothing", "a.png", PNG)
        .await
        .says(404, "There is no such record");
    assert_eq!(files(&served), Vec::<String>::new());
    assert_eq!(images(&anna, "A-100").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_gigabyte_is_not_read_to_its_end() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    let query = super::browser::encoded(&[("item", "A-100"), ("csrf", &anna.csrf())]);
    let mut stream = tokio::net::TcpStream::connect(served.running.address())
        .await
        .unwrap();
    let head = format!(
        "POST /product/images?{query} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1073741824\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n",
        anna.cookie()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        let some = vec![0; 65_536];
        let mut sent = 0_u64;
        while sent < 1 << 30 && writing.write_all(&some).await.is_ok() {
            sent += 65_536;
        }
        sent
    });
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(30), reading.read(&mut answer));
    let read = read.await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    drop(reading);
    let sent = tokio::time::timeout(Duration::from_secs(30), sending);
    assert!(sent.await.unwrap().unwrap() < 100 << 20);
    assert_eq!(files(&served), Vec::<String>::new());
}

/// What a camera writes beside a picture: on its side, taken at 47° 38′ N, with a text.
fn exif() -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    tiff.extend(b"\0\x02");
    tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    // The directory of the place, at 38: N, and three rationals at 68.
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    tiff.extend(b"\0\x02\0\x01\0\x02\0\0\0\x02N\0\0\0\0\x02\0\x05\0\0\0\x03\0\0\0\x44\0\0\0\0");
    tiff.extend(PLACE);
    tiff
}

/// 47, 38 and 22.
const PLACE: &[u8] = b"\0\0\0\x2f\0\0\0\x01\0\0\0\x26\0\0\0\x01\0\0\0\x16\0\0\0\x01";
/// EXIF that says how the picture is to be turned, and nothing else.
const TURNED: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>the photographer</x:xmpmeta>";

fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u16::try_from(contents.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], &contents].concat()
}

#[tokio::test]
async fn what_an_image_says_beside_the_picture_is_not_published() {
    use img_parts::png::{Png, PngChunk};
    use img_parts::riff::{RiffChunk, RiffContent};
    use img_parts::webp::{self, WebP};

    // Behind SOI and JFIF; with another picture behind its end, as telephones have it.
    let (head, picture) = JPEG.split_at(20);
    let colours = segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", b"colours"]);
    let beside = [
        segment(0xe1, &[b"Exif\0\0", &exif()]),
        segment(0xe1, &[XMP]),
        segment(0xed, &[b"Photoshop 3.0\0the photographer"]),
        segment(0xfe, &[b"the photographer"]),
    ];
    let jpeg = [
        head,
        &beside.concat(),
        &colours,
        picture,
        &beside[0],
        &exif(),
    ]
    .concat();
    let turned = segment(0xe1, &[b"Exif\0\0", TURNED]);
    let bare_jpeg = [head, &turned, &colours, picture].concat();

    let mut png = Png::from_bytes(PNG.to_vec().into()).unwrap();
    let text = PngChunk::new(*b"tEXt", b"Author\0the photographer".to_vec().into());
    png.chunks_mut().insert(1, text);
    let taken = PngChunk::new(*b"eXIf", exif().into());
    png.chunks_mut().insert(1, taken);
    let png = png.encoder().bytes();

    let mut webp = WebP::from_bytes(WEBP.to_vec().into()).unwrap();
    let flags = b"\x0c\0\0\0\0\0\0\0\0\0".to_vec().into();
    let chunks = webp.chunks_mut();
    chunks.insert(
        0,
        RiffChunk::new(webp::CHUNK_VP8X, RiffContent::Data(flags)),
    );
    chunks.push(RiffChunk::new(
        webp::CHUNK_EXIF,
        RiffContent::Data(exif().into()),
    ));
    chunks.push(RiffChunk::new(
        webp::CHUNK_XMP,
        RiffContent::Data(XMP.into()),
    ));
    let webp = webp.encoder().bytes();

    let (_served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    for sent in [&jpeg[..], &png, &webp] {
        let has = |part: &[u8]| sent.windows(part.len()).any(|window| window == part);
        assert!(has(PLACE) && has(b"the photographer"));
        send_image(&anna, "A-100", "x", sent).await.to();
    }
    let page = anna.get("/product?item=A-100").await;
    assert_eq!(page.html.matches("<img ").count(), 3);
    for (hash, whole) in images(&anna, "A-100")
        .await
        .into_iter()
        .zip([Some(bare_jpeg), None, None])
    {
        let request = anna.request(Method::GET, &format!("/images/{hash}"));
        let shown = request.send().await.unwrap().bytes().await.unwrap();
        let has = |part: &[u8]| shown.windows(part.len()).any(|window| window == part);
        assert!(
            !has(PLACE) && !has(b"the photographer") && !has(b"xmpmeta"),
            "{shown:?}"
        );
        assert!(has(TURNED), "{shown:?}");
        assert!(imagesize::blob_size(&shown).is_ok());
        if let Some(whole) = whole {
            assert_eq!(shown, whole);
        }
    }
}
