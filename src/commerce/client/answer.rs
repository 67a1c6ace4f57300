//! Reads an answer and tells what it means, whoever gave it.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::commerce::wire::Problem;
use crate::model::exception;

use super::CommerceError;
use super::operation_log::{Exchange, OperationLog};
use super::token::Tokens;

/// No answer of the service is larger: a page of 10,000 ids of 250 bytes has room in it.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// Characters of a strange answer that are told.
const EXCERPT: usize = 200;

/// A call that was sent, for the words of its failures.
pub struct Sent<'a> {
    /// Method and url.
    pub call: String,
    /// Never to be repeated in words.
    pub tokens: &'a Tokens,
    /// Where the request is written down with its answer.
    pub log: &'a OperationLog,
    /// The address with its query.
    pub url: String,
    /// What is sent, before compression.
    pub body: Bytes,
    /// When it was sent.
    pub began: Instant,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Why `body` is not all of it.
    broken: Option<String>,
}

impl Sent<'_> {
    /// What a request that got no answer means.
    pub fn failed(&self, error: reqwest::Error) -> CommerceError {
        let (connect, builder) = (error.is_connect(), error.is_builder());
        let call = self.call.clone();
        // The url stands in `call`, without its query.
        let reason = self.redact(&exception::chain(&error.without_url()));
        self.log(None, reason.as_bytes());
        if connect || builder {
            CommerceError::NotSent { call, reason }
        } else {
            CommerceError::Unknown { call, reason }
        }
    }

    /// Reads an answer that says yes, whole.
    pub async fn read(&self, response: Response) -> Result<Answer, CommerceError> {
        let answer = self.whole(response).await?;
        self.log(Some(answer.status.as_u16()), &answer.body);
        if answer.status.is_success() && answer.broken.is_none() {
            return Ok(answer);
        }
        Err(self.meaning(&answer))
    }

    /// What an answer says, in the form `T`.
    pub fn parse<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, CommerceError> {
        serde_json::from_slice(&answer.body)
            .map_err(|error| self.malformed(answer, &error.to_string()))
    }

    /// The answer, without a token that somebody says back to us.
    async fn whole(&self, response: Response) -> Result<Answer, CommerceError> {
        let mut answer = self.to_its_end(response).await?;
        if let Cow::Owned(clean) = self.tokens.redact_bytes(&answer.body) {
            answer.body = clean;
        }
        Ok(answer)
    }

    async fn to_its_end(&self, mut response: Response) -> Result<Answer, CommerceError> {
        let mut answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: Vec::new(),
            broken: None,
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if answer.body.len() + chunk.len() > MAX_ANSWER => {
                    answer.broken = Some("it is too long".to_owned());
                    return Ok(answer);
                }
                Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
                Ok(None) => return Ok(answer),
                // Of an error the status says enough, of a success the body was the answer.
                Err(error) if error.is_timeout() && answer.status.is_success() => {
                    return Err(self.failed(error));
                }
                Err(_) => {
                    answer.broken = Some(format!("it broke off after {} bytes", answer.body.len()));
                    return Ok(answer);
                }
            }
        }
    }

    /// Writes the request and its answer into the operation log, where that is on.
    fn log(&self, status: Option<u16>, answer: &[u8]) {
        self.log.write(|| Exchange {
            call: self.redact(&self.call),
            url: self.redact(&self.url),
            request: self.redact(&String::from_utf8_lossy(&self.body)),
            status,
            answer: self.redact(&String::from_utf8_lossy(answer)),
            took: self.began.elapsed(),
        });
    }

    fn meaning(&self, answer: &Answer) -> CommerceError {
        let status = answer.status.as_u16();
        let call = self.call.clone();
        let problem = serde_json::from_slice::<Problem>(&answer.body)
            .ok()
            .map(|problem| self.clean(problem));
        let reason = || {
            problem.as_ref().map_or_else(
                || self.excerpt(&answer.body),
                |problem| problem.detail.clone(),
            )
        };
        match status {
            // What the service tells programs of headers is of no use to an operator.
            401 if problem.as_ref().is_some_and(is_unauthorized) => CommerceError::Unauthorized {
                call,
                reason: "the service does not take the token of this machine".to_owned(),
            },
            401 => CommerceError::Unauthorized {
                call,
                reason: reason(),
            },
            503 if problem.as_ref().is_some_and(is_being_set_up) => CommerceError::BeingSetUp {
                call,
                reason: reason(),
            },
            403 if problem.as_ref().is_some_and(is_not_active) => CommerceError::AccountNotActive {
                call,
                reason: reason(),
            },
            408 | 425 | 429 | 500..=599 => CommerceError::Unavailable {
                call,
                status,
                reason: reason(),
                retry_after: retry_after(&answer.headers),
            },
            400..=499 => match problem {
                Some(problem) => CommerceError::Refused {
                    call,
                    problem: Box::new(problem),
                },
                None => self.malformed(answer, "it is not a problem document"),
            },
            300..=399 => self.malformed(answer, "it sends us elsewhere"),
            _ => self.malformed(answer, answer.broken.as_deref().unwrap_or("unknown status")),
        }
    }

    /// The problem without a token: one that was escaped in JSON shows only when it is read.
    fn clean(&self, mut problem: Problem) -> Problem {
        for text in [&mut problem.title, &mut problem.detail, &mut problem.code] {
            *text = self.redact(text);
        }
        problem
    }

    fn malformed(&self, answer: &Answer, reason: &str) -> CommerceError {
        let content_type = answer
            .headers
            .get(CONTENT_TYPE)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        self.strange(
            answer.status.as_u16(),
            content_type.unwrap_or_default(),
            reason,
            &answer.body,
        )
    }

    /// An answer that is not one of Commerce Services.
    pub fn strange(
        &self,
        status: u16,
        content_type: String,
        reason: &str,
        body: &[u8],
    ) -> CommerceError {
        CommerceError::Malformed {
            call: self.call.clone(),
            status,
            content_type,
            reason: self.redact(reason),
            excerpt: self.excerpt(body),
        }
    }

    fn excerpt(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(&body[..body.len().min(8 * EXCERPT)]);
        let line = self
            .redact(&text)
            .replace(|character: char| character.is_control(), " ");
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ").chars().take(EXCERPT).collect()
    }

    /// `text` without any token.
    pub fn redact(&self, text: &str) -> String {
        self.tokens.redact(text)
    }
}

fn is_unauthorized(problem: &Problem) -> bool {
    problem.code == "unauthorized"
}

fn is_being_set_up(problem: &Problem) -> bool {
    problem.code == "being-set-up"
}

fn is_not_active(problem: &Problem) -> bool {
    problem.code == "account-not-active"
}

/// Seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(value).ok()?.timestamp();
    Some(
        at.duration_since(Timestamp::now())
            .try_into()
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(after("8"), Some(Duration::from_secs(8)));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let later = after("Sun, 21 Oct 2085 07:28:00 GMT").unwrap();
        assert!(later > Duration::from_secs(86_400), "{later:?}");
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn an_excerpt_is_one_short_line_without_the_token() {
        let tokens = Tokens::new("s3cret".to_owned(), None).unwrap();
        let sent = Sent {
            call: String::new(),
            tokens: &tokens,
            log: &OperationLog::default(),
            url: String::new(),
            body: Bytes::new(),
            began: Instant::now(),
        };
        let page = format!("<html>\r\n  <b>s3cret</b>\u{1b}[31m{}", "x".repeat(1_000));
        let excerpt = sent.excerpt(page.as_bytes());
        assert!(excerpt.starts_with("<html> <b>…</b> [31mxxx"), "{excerpt}");
        assert_eq!(excerpt.chars().count(), EXCERPT);
    }
}
