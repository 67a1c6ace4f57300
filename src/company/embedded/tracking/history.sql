-- A random mark for each version: two files that agree on a version's mark had the same history up to
-- it. A file that was put back from a backup makes other marks than the one it took the place of,
-- although it counts through the same versions.
CREATE TABLE CHANGE_TRACKING_HISTORY (
  VERSION INTEGER PRIMARY KEY,
  MARK BLOB NOT NULL
) STRICT;

CREATE TRIGGER TRACK_HISTORY AFTER UPDATE OF CURRENT_VERSION ON CHANGE_TRACKING BEGIN
  INSERT OR REPLACE INTO CHANGE_TRACKING_HISTORY VALUES (NEW.CURRENT_VERSION, randomblob(8));
END;

INSERT INTO CHANGE_TRACKING_HISTORY SELECT CURRENT_VERSION, randomblob(8) FROM CHANGE_TRACKING;
