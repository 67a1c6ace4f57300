//! Passwords: what one has to be, and Argon2id on threads of its own, two at a time.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use tokio::sync::Semaphore;

use super::api::refusal::{Code, Refusal};

/// Shortest password (NIST SP 800-63B asks for 8; the sign-in faces the Internet).
pub const MIN_CHARACTERS: usize = 10;
/// Longest, in bytes.
pub const MAX_BYTES: usize = 512;
/// Hashes at a time: each takes 19 MiB.
const TURNS: usize = 2;
/// What an unknown user is checked against, so that the answer takes as long: salt and hash are random
/// bytes, and nobody is let in by it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$4rna3ZE2qEtOANMazmBz3A$9WHxoALARIbd/2dXiYJWWvv+ChcyqyjIjOUU8WTqMEM";

/// Hashes passwords and checks them.
#[derive(Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(TURNS)),
        }
    }
}

impl Passwords {
    /// The hash of a password, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Refusal> {
        let salt = super::secrets::random()?;
        self.turn(move || {
            // The default parameters are those of OWASP: Argon2id, 19 MiB, two passes, one lane.
            SaltString::encode_b64(&salt[..16])
                .and_then(|salt| {
                    let hash = Argon2::default().hash_password(password.as_bytes(), &salt)?;
                    Ok(hash.to_string())
                })
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))
        })
        .await?
    }

    /// True where `password` is the one of `hash`. Without a hash it is none, and takes as long.
    pub async fn is_right(&self, hash: Option<String>, password: String) -> Result<bool, Refusal> {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        self.turn(move || {
            let right = PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            right && is_somebody
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let stopping = || Refusal::for_now(Code::StoreUnavailable, "the service is stopping");
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| stopping())?;
        // The turn goes along: whoever hangs up does not free it before the work is done.
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(|_| stopping())
    }
}

/// What is wrong with a new password, in words.
pub fn fault(password: &str, sign_in: &str) -> Option<String> {
    if password.chars().count() < MIN_CHARACTERS {
        return Some(format!("Take at least {MIN_CHARACTERS} characters."));
    }
    if password.len() > MAX_BYTES {
        return Some(format!("Take at most {MAX_BYTES} characters."));
    }
    if password.eq_ignore_ascii_case(sign_in) {
        return Some("Take another one than the sign-in name.".to_owned());
    }
    let mut characters = password.chars();
    let first = characters.next();
    if characters.all(|character| Some(character) == first) {
        return Some("Take more than one character over and over.".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use argon2::{Algorithm, Params};

    use super::*;

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let is_right = async |hash: Option<&String>, password: &str| {
            passwords
                .is_right(hash.cloned(), password.to_owned())
                .await
                .unwrap()
        };
        assert!(is_right(Some(&hash), "correct horse").await);
        assert!(!is_right(Some(&hash), "correct horsf").await);
        assert!(!is_right(None, "correct horse").await);
        assert!(!is_right(Some(&"rubbish".to_owned()), "").await);
    }

    #[test]
    fn nobody_is_checked_as_expensively_as_somebody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&nobody).unwrap();
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(costs(&params), costs(&Params::default()));
        assert_eq!(nobody.algorithm, Algorithm::default().ident());
        assert_eq!(nobody.hash.unwrap().len(), Params::DEFAULT_OUTPUT_LEN);
    }

    #[test]
    fn weak_passwords_are_told_what_they_lack() {
        assert!(fault("short", "anna").unwrap().contains("at least 10"));
        assert!(
            fault("Annabelle1", "annabelle1")
                .unwrap()
                .contains("sign-in name")
        );
        assert!(fault("aaaaaaaaaaaa", "anna").is_some());
        assert!(fault(&"x1".repeat(300), "anna").is_some());
        assert_eq!(fault("correct horse", "anna"), None);
    }
}
