-- Format 3 of the ledger, on SQL Server: all of it in a schema of its own. It is the first format
-- there; its number, its tables and its columns are those of the file. Times are Unix milliseconds
-- of the server's clock. Texts compare by their characters' numbers, as in the file.

IF SCHEMA_ID(N'axcs') IS NULL
    EXEC (N'CREATE SCHEMA axcs');
GO

-- One row. Every writer takes it first.
CREATE TABLE axcs.ledger (
    id int NOT NULL PRIMARY KEY CHECK (id = 1),
    format int NOT NULL,
    turn bigint NOT NULL,
    -- Part of every idempotency key.
    incarnation nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Number of the next batch and version of its lines.
    next_batch bigint NOT NULL,
    acknowledgement_version bigint NOT NULL,
    -- The order book of the order feed, and how far it has been read.
    order_book nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    order_seq bigint NOT NULL
);
INSERT INTO axcs.ledger
    (id, format, turn, incarnation, next_batch, acknowledgement_version, order_book, order_seq)
VALUES
    (1, 3, 0, LOWER(REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'')), 1, 0, N'', 0);

CREATE TABLE axcs.lease (
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    owner nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    run bigint NOT NULL,
    -- The fence: grows with every change of owner.
    token bigint NOT NULL,
    expires bigint NOT NULL,
    -- How long it was taken for.
    length bigint NOT NULL
);

CREATE TABLE axcs.run (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- executing, ended, error, canceled
    status nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    dry_run int NOT NULL,
    owner nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    started bigint NOT NULL,
    finished bigint NULL,
    -- JSON, model::run::StreamProgress
    streams nvarchar(max) NOT NULL,
    -- JSON, model::exception::Exception
    exception nvarchar(max) NULL,
    -- operator, asked, occurrence, take-over
    cause nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- The occurrence that it was started for.
    due bigint NULL,
    -- What it waits for, as it said last.
    waiting nvarchar(max) NULL,
    -- Who asked it to stop.
    cancel_by nvarchar(max) NULL
);
CREATE INDEX run_by_job ON axcs.run (job, id);

CREATE TABLE axcs.[cursor] (
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    incarnation nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    selection_revision bigint NOT NULL,
    run bigint NOT NULL,
    moved bigint NOT NULL,
    -- A moment before the change version was read: the start of the run that read it.
    [read] bigint NOT NULL
);

CREATE TABLE axcs.pass (
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    generation bigint NOT NULL,
    [load] nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
    version bigint NOT NULL,
    incarnation nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    selection_revision bigint NOT NULL,
    resume_after nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
    reason nvarchar(max) NULL,
    [read] bigint NOT NULL
);

-- Identities of the company's database under which values were sent since the cursor moved or the
-- pass began.
CREATE TABLE axcs.told (
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    incarnation nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (stream, incarnation)
);

-- What the service holds, as far as it said so.
CREATE TABLE axcs.acknowledged (
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- xxh3 of the value's JSON, as a signed number.
    hash bigint NOT NULL,
    -- The last pass that saw the record.
    generation bigint NOT NULL,
    PRIMARY KEY (stream, id)
);

-- Batches written down before they are sent; gone when their outcome is known.
CREATE TABLE axcs.outbox (
    batch bigint NOT NULL PRIMARY KEY,
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    run bigint NOT NULL,
    -- JSON array of record ids.
    ids nvarchar(max) NOT NULL,
    created bigint NOT NULL
);

CREATE TABLE axcs.selection (
    revision bigint NOT NULL,
    -- JSON, model::selection::Selection
    content nvarchar(max) NOT NULL
);
INSERT INTO axcs.selection (revision, content)
VALUES (0, N'{"revision":0,"rules":[],"include":[],"exclude":[]}');

-- A record here that is not cleared is never taken for unchanged: it is tried again whenever a run
-- comes upon it.
CREATE TABLE axcs.exception (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Empty for a run.
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Id of the record; empty for a run.
    [key] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    code nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    field nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    text nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    cause nvarchar(max) NOT NULL,
    remedy nvarchar(max) NOT NULL,
    attempts bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    -- open, retrying, resolved, cleared
    state nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    note nvarchar(max) NOT NULL,
    -- The last pass that saw the record.
    generation bigint NOT NULL
);
CREATE UNIQUE INDEX exception_by_key ON axcs.exception (stream, [key], job);
CREATE INDEX exception_by_stream ON axcs.exception (stream, state, [key])
WHERE state <> N'cleared';
CREATE INDEX exception_by_time ON axcs.exception (last, id)
WHERE state IN (N'open', N'retrying');

CREATE TABLE axcs.online_order (
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    number nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- The number in lower case.
    folded nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    store nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    placed bigint NOT NULL,
    customer nvarchar(max) NOT NULL,
    total nvarchar(100) NOT NULL,
    currency nvarchar(25) NOT NULL,
    lines bigint NOT NULL,
    is_paid int NOT NULL,
    -- The order book that seq belongs to.
    book nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seq bigint NOT NULL,
    -- placed, changed, paid, cancelled
    event nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    stage nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Handed over, and neither taken back nor seen in AX.
    is_out int NOT NULL,
    attempts bigint NOT NULL,
    account nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- It is looked for in whatever case.
    sales_order nvarchar(400) COLLATE Latin1_General_100_CI_AS NOT NULL,
    -- Sales order that AX does not have any more.
    withdrawn nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT N'',
    is_journal int NOT NULL,
    -- Another order has the same folded number.
    is_duplicate int NOT NULL,
    -- Sales status in AX.
    status nvarchar(25) COLLATE Latin1_General_100_BIN2 NULL,
    -- nothing, partly, whole
    shipped nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Why it is rejected.
    reason nvarchar(max) NOT NULL,
    -- Hash and version of the acknowledgement; the version grows with each change of any.
    hash bigint NOT NULL,
    version bigint NOT NULL,
    -- Hash of the acknowledgement that the service holds.
    told bigint NULL,
    downloaded bigint NOT NULL,
    changed bigint NOT NULL,
    is_open AS CASE
        WHEN stage IN (N'downloaded', N'awaiting-payment', N'handed-over', N'exception') THEN 1
        WHEN stage = N'accepted' AND shipped <> N'whole'
            AND COALESCE(status, N'') NOT IN (N'delivered', N'invoiced', N'canceled') THEN 1
        ELSE 0
    END PERSISTED NOT NULL,
    -- Whether the service holds another acknowledgement than this one, or none.
    is_untold AS CASE WHEN told = hash THEN 0 ELSE 1 END PERSISTED NOT NULL
);
CREATE INDEX order_by_placed ON axcs.online_order (placed, id);
CREATE INDEX order_by_store ON axcs.online_order (store, placed) INCLUDE (id);
CREATE INDEX order_by_number ON axcs.online_order (folded, is_duplicate);
CREATE INDEX order_by_sales_order ON axcs.online_order (sales_order)
WHERE sales_order <> N'';
CREATE INDEX order_by_stage ON axcs.online_order (stage, seq) INCLUDE (id);
CREATE INDEX order_untaken ON axcs.online_order (book, seq)
WHERE stage IN (N'downloaded', N'awaiting-payment', N'handed-over', N'exception');
CREATE INDEX order_open ON axcs.online_order (is_open, placed);
CREATE INDEX order_duplicate ON axcs.online_order (placed, id)
WHERE is_duplicate = 1;
CREATE INDEX order_journal ON axcs.online_order (placed, id)
WHERE is_journal = 1;
CREATE INDEX order_untold ON axcs.online_order (is_untold, placed);
CREATE INDEX order_by_version ON axcs.online_order (version, id);

-- The orders' contents, apart: lists need not read them.
CREATE TABLE axcs.order_contents (
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    -- JSON, model::order::WebOrder, as the service told it last.
    contents nvarchar(max) NOT NULL,
    -- What AX has or may get, where that is something else.
    handed nvarchar(max) NULL
);

CREATE TABLE axcs.order_history (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    order_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    at bigint NOT NULL,
    what nvarchar(max) NOT NULL
);
CREATE INDEX history_by_order ON axcs.order_history (order_id, id);

CREATE TABLE axcs.order_shipment (
    -- Record id of the shipment.
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    order_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- JSON, model::shipment::Shipment
    contents nvarchar(max) NOT NULL
);
CREATE INDEX shipment_by_order ON axcs.order_shipment (order_id);

CREATE TABLE axcs.store (
    id nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    kind nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name nvarchar(max) NOT NULL,
    currency nvarchar(25) NOT NULL,
    [open] int NOT NULL,
    gone_since bigint NULL,
    customer_template nvarchar(400) NOT NULL,
    shipping_charges_code nvarchar(400) NOT NULL,
    sales_origin nvarchar(400) NOT NULL
);

-- Grows with every run that starts or ends, and with every change of a job: the statements say so.
CREATE TABLE axcs.changes (
    count bigint NOT NULL
);
INSERT INTO axcs.changes (count) VALUES (0);

CREATE TABLE axcs.job (
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    -- Never executing: the leases say so.
    status nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason nvarchar(max) NOT NULL,
    -- Status before all jobs were suspended.
    suspended_from nvarchar(25) COLLATE Latin1_General_100_BIN2 NULL,
    failures bigint NOT NULL,
    is_asked int NOT NULL,
    -- JSON, model::schedule::Schedule and Standing
    schedule nvarchar(max) NOT NULL,
    standing nvarchar(max) NOT NULL,
    revision bigint NOT NULL
);

-- The key is the promise: a due occurrence has one record. Nothing here is ever replaced.
CREATE TABLE axcs.occurrence (
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    due bigint NOT NULL,
    outcome nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    why nvarchar(max) NOT NULL,
    run bigint NULL,
    noted bigint NOT NULL,
    PRIMARY KEY (job, due),
    CHECK (outcome <> N'run' OR run IS NOT NULL)
);
CREATE INDEX occurrence_by_due ON axcs.occurrence (due, job);
CREATE INDEX occurrence_without_run ON axcs.occurrence (job)
WHERE outcome = N'coalesced' AND run IS NULL;

CREATE TABLE axcs.worker (
    owner nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    version nvarchar(100) NOT NULL,
    since bigint NOT NULL,
    seen bigint NOT NULL
);
GO

-- Orders of each store, which the index of the view keeps counted as they come and go.
CREATE VIEW axcs.store_orders
WITH SCHEMABINDING
AS
SELECT
    store,
    COUNT_BIG(*) AS orders,
    SUM(CAST(is_open AS bigint)) AS open_orders
FROM axcs.online_order
GROUP BY store;
GO

CREATE UNIQUE CLUSTERED INDEX store_orders_by_store ON axcs.store_orders (store);
