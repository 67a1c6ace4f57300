//! The files of images: each once, in a folder of the service, named by the SHA-256 of its content
//! and by nothing that anybody sent. What an image says beside the picture goes when it comes.

mod bare;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::api::refusal::{Code, Refusal};
use super::secrets::hex;
use super::store::{ImageKind, Store};

/// Largest image, in bytes.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;
/// Most pixels on a side.
const MOST_SIDE: usize = 20_000;

/// The folder of the images.
#[derive(Debug)]
pub struct Images {
    folder: PathBuf,
    /// Held while files come or go, so that none goes that a product comes to name.
    turn: Mutex<()>,
}

impl Images {
    /// The images in `folder`, which is made with the first of them.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            turn: Mutex::default(),
        }
    }

    /// Has the product `item` name the image in `bytes`, as its last one.
    pub async fn add(
        &self,
        store: &Store,
        item: String,
        bytes: Vec<u8>,
        alt: String,
    ) -> Result<(), Refusal> {
        let mut kind = recognise(&bytes)?;
        let bare = bare::bare(&kind.kind, bytes).ok_or_else(|| bad("the image is damaged"))?;
        if bare.is_on_its_side {
            (kind.width, kind.height) = (kind.height, kind.width);
        }
        let bytes = bare.bytes;
        let _turn = self.turn.lock().await;
        let hash = hex(&Sha256::digest(&bytes));
        // Killed between here and the last line, the file goes at the next start.
        store.expect_image(hash.clone()).await?;
        let folder = self.folder.clone();
        let name = hash.clone();
        blocking(move || write(&folder, &name, &bytes)).await?;
        store.add_image(item, hash, kind, alt).await
    }

    /// Media type and content of an image; none where no product names it.
    pub async fn read(
        &self,
        store: &Store,
        hash: &str,
    ) -> Result<Option<(ImageKind, Vec<u8>)>, Refusal> {
        if !is_hash(hash) {
            return Ok(None);
        }
        let Some(kind) = store.image(hash.to_owned()).await? else {
            return Ok(None);
        };
        let path = self.folder.join(hash);
        let bytes = blocking(move || match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            // It went in between.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await?;
        Ok(bytes.map(|bytes| (kind, bytes)))
    }

    /// Removes the files that no product names.
    pub async fn clean(&self, store: &Store) -> Result<(), Refusal> {
        loop {
            let _turn = self.turn.lock().await;
            let hashes = store.unnamed_images().await?;
            if hashes.is_empty() {
                return Ok(());
            }
            let folder = self.folder.clone();
            let names = hashes.clone();
            blocking(move || names.iter().try_for_each(|name| remove(&folder, name))).await?;
            store.images_removed(hashes).await?;
        }
    }
}

fn bad(why: &str) -> Refusal {
    Refusal::new(Code::BadValue, format!("file: {why}"))
}

/// What the bytes are, by what is in them.
fn recognise(bytes: &[u8]) -> Result<ImageKind, Refusal> {
    if bytes.is_empty() {
        return Err(bad("choose an image"));
    }
    if bytes.len() > MOST_BYTES {
        return Err(bad("an image has at most 5 MB"));
    }
    let kind = match imagesize::image_type(bytes) {
        Ok(imagesize::ImageType::Png) => "image/png",
        Ok(imagesize::ImageType::Jpeg) => "image/jpeg",
        Ok(imagesize::ImageType::Webp) => "image/webp",
        Ok(_) | Err(_) => {
            return Err(bad(
                "it is no PNG, JPEG or WebP image, whatever its name says",
            ));
        }
    };
    let size = imagesize::blob_size(bytes).map_err(|_| bad("the image is damaged"))?;
    let sides = 1..=MOST_SIDE;
    if !sides.contains(&size.width) || !sides.contains(&size.height) {
        return Err(bad("an image has 1 to 20000 pixels on each side"));
    }
    Ok(ImageKind {
        kind: kind.to_owned(),
        width: size.width as u32,
        height: size.height as u32,
    })
}

fn is_hash(hash: &str) -> bool {
    hash.len() == 64
        && hash
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Nobody ever sees half of a file: it is written beside and gets its name once it is whole.
fn write(folder: &Path, hash: &str, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let path = folder.join(hash);
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let new = folder.join(format!("{hash}.new"));
    let mut file = fs::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(new, path)
}

fn remove(folder: &Path, hash: &str) -> io::Result<()> {
    for name in [hash.to_owned(), format!("{hash}.new")] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(call).await;
    let done = done.map_err(io::Error::other).and_then(|done| done);
    done.map_err(|error| {
        tracing::error!(%error, "the folder of the images failed");
        Refusal::for_now(
            Code::StoreUnavailable,
            "the folder of the images could not be read or written; the log of the service says why",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_what_is_in_it() {
        let png = include_bytes!("../../tests/images/dot.png");
        let kind = recognise(png).unwrap();
        assert_eq!(
            (kind.kind.as_str(), kind.width, kind.height),
            ("image/png", 3, 2)
        );
        for wrong in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a\x01\x00\x01\x00",
            b"\x89PNG\r\n\x1a\n",
            b"<script>alert(1)</script>",
        ] {
            assert!(recognise(wrong).is_err(), "{wrong:?}");
        }
        assert!(recognise(&vec![0; MOST_BYTES + 1]).is_err());
    }

    #[test]
    fn a_path_is_no_hash() {
        assert!(is_hash(&"0a".repeat(32)));
        for wrong in [
            "",
            "..",
            "../commerce.db",
            &"0A".repeat(32),
            &"g0".repeat(32),
        ] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }
}
