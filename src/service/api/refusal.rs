//! Why a request is refused: a problem document (RFC 9457) with a stable code. Every error answer
//! of the service is made here.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::commerce::wire::{PROBLEM_JSON, Problem};

macro_rules! codes {
    ($($variant:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// The stable codes; programs match on their names, so none is ever renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// Every code.
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Name on the wire, HTTP status and title.
            pub const fn parts(self) -> (&'static str, StatusCode, &'static str) {
                match self {
                    $(Self::$variant => ($name, StatusCode::$status, $title),)+
                }
            }
        }
    };
}

codes! {
    BadQuery = "bad-query", BAD_REQUEST, "A query parameter is wrong";
    BadCursor = "bad-cursor", BAD_REQUEST, "The cursor is not one of this service";
    BadBody = "bad-body", BAD_REQUEST, "The body cannot be read";
    BadValue = "bad-value", BAD_REQUEST, "The body does not fit";
    EmptyBatch = "empty-batch", BAD_REQUEST, "The batch has no lines";
    IdempotencyKeyMissing = "idempotency-key-missing", BAD_REQUEST, "A batch needs an Idempotency-Key";
    IdempotencyKeyBad = "idempotency-key-bad", BAD_REQUEST, "The Idempotency-Key is malformed";
    Unauthorized = "unauthorized", UNAUTHORIZED, "The token is missing or wrong";
    Forbidden = "forbidden", FORBIDDEN, "The token has no right to it";
    AccountNotActive = "account-not-active", FORBIDDEN, "The account is not active";
    NoSuchPath = "no-such-path", NOT_FOUND, "Nothing is served here";
    NoSuchCollection = "no-such-collection", NOT_FOUND, "There is no such collection";
    NoSuchRecord = "no-such-record", NOT_FOUND, "There is no such record";
    NoSuchOrder = "no-such-order", NOT_FOUND, "There is no such order";
    NoSuchStore = "no-such-store", NOT_FOUND, "There is no such store";
    NoSuchUser = "no-such-user", NOT_FOUND, "There is no such user";
    NoSuchOperation = "no-such-operation", NOT_FOUND, "There is no such operation";
    NoSuchLoad = "no-such-load", NOT_FOUND, "There is no such complete load";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "The path does not know the method";
    BodyTimeout = "body-timeout", REQUEST_TIMEOUT, "The body did not arrive in time";
    AccountState = "account-state", CONFLICT, "The account does not stand so that this can be done";
    ReleaseRefused = "release-refused", CONFLICT, "The release of AX has no Commerce Services";
    MigrationOrder = "migration-order", CONFLICT, "Another migration has to be done first";
    UserExists = "user-exists", CONFLICT, "There is such a user";
    UserHasRoles = "user-has-roles", CONFLICT, "The user has roles";
    SignInFixed = "sign-in-fixed", CONFLICT, "A sign-in name never changes";
    LastAdministrator = "last-administrator", CONFLICT, "The last service administrator stays one";
    EditedMeanwhile = "edited-meanwhile", CONFLICT, "It was edited meanwhile";
    LoadOpen = "load-open", CONFLICT, "A complete load is open";
    LoadClosed = "load-closed", CONFLICT, "The complete load is closed";
    TooManyRetired = "too-many-retired", CONFLICT, "The commit would retire too many records";
    OrderExists = "order-exists", CONFLICT, "The order is there with another content";
    OrderShipped = "order-shipped", CONFLICT, "The order is on its way";
    OrderCancelled = "order-cancelled", CONFLICT, "The order is cancelled";
    OrderPaid = "order-paid", CONFLICT, "The order is paid";
    OtherBook = "other-book", CONFLICT, "The service has another order book";
    BeyondNewest = "beyond-newest", CONFLICT, "The event has not happened";
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    TooManyLines = "too-many-lines", PAYLOAD_TOO_LARGE, "The batch has too many lines";
    LineTooLong = "line-too-long", PAYLOAD_TOO_LARGE, "A line is too long";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The Content-Type is not supported";
    UnsupportedEncoding = "unsupported-encoding", UNSUPPORTED_MEDIA_TYPE, "The Content-Encoding is not supported";
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used with another body";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "There were too many requests";
    Internal = "internal", INTERNAL_SERVER_ERROR, "The service failed";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The request took too long";
    BeingSetUp = "being-set-up", SERVICE_UNAVAILABLE, "The service is being set up.";
    StoreUnavailable = "store-unavailable", SERVICE_UNAVAILABLE, "The store cannot be used";
}

/// A request that is not done, and why.
#[derive(Debug)]
pub struct Refusal {
    /// Which problem it is.
    pub code: Code,
    /// This case, in words.
    pub detail: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal with `code`, explained by `detail`.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            header: None,
        }
    }

    /// The same with a header that tells programs what to do.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// The account is being made ready.
    pub fn being_set_up() -> Self {
        Self::new(
            Code::BeingSetUp,
            "The service is being set up. This can take up to 24 hours.",
        )
        .with(header::RETRY_AFTER, "3600")
    }

    /// The service cannot do it now, but soon.
    pub fn for_now(code: Code, detail: impl Into<String>) -> Self {
        Self::new(code, detail).with(header::RETRY_AFTER, "2")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (name, status, title) = self.code.parts();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            code: name.to_owned(),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
