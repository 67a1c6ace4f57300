-- Format 5 of the ledger, on SQL Server: parameters, checklist ticks, the operation log's switch,
-- and the audit.

UPDATE axcs.ledger SET format = 5 WHERE id = 1;
GO

CREATE TABLE axcs.parameters (
    id int NOT NULL PRIMARY KEY CHECK (id = 1),
    category_hierarchy nvarchar(400) NOT NULL,
    shipping_charges_code nvarchar(400) NOT NULL
);
INSERT INTO axcs.parameters (id, category_hierarchy, shipping_charges_code) VALUES (1, N'', N'');

CREATE TABLE axcs.checklist_mark (
    list nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    item nvarchar(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    at bigint NOT NULL,
    author nvarchar(400) NOT NULL,
    -- Long operation at the service that does it; empty for a tick.
    operation nvarchar(400) NOT NULL,
    PRIMARY KEY (list, item)
);

-- One row while the operation log is on.
CREATE TABLE axcs.operation_log (
    id int NOT NULL PRIMARY KEY CHECK (id = 1),
    folder nvarchar(max) NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL,
    author nvarchar(400) NOT NULL
);

-- A row for every change that an operator makes. Nothing here is ever changed.
CREATE TABLE axcs.audit (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    at bigint NOT NULL,
    author nvarchar(400) NOT NULL,
    place nvarchar(400) NOT NULL,
    subject nvarchar(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    text nvarchar(max) NOT NULL
);
CREATE INDEX audit_by_subject ON axcs.audit (subject, id);
