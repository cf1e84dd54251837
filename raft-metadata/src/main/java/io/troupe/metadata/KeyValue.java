package io.troupe.metadata;

/**
 * One key with its value and its place in the history of the store. The value is shared, not copied: treat it as
 * immutable.
 *
 * @param key           the key
 * @param value         the value; never modify it
 * @param createRevision the revision of the transaction that created the key
 * @param modRevision   the revision of the transaction that last wrote the key
 * @param version       writes since creation, 1 for a new key
 * @param session       the session the key ends with, or null when it stays until deleted
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract: a copy per read would allocate on the hot path
public record KeyValue(
        String key,
        byte[] value,
        long createRevision,
        long modRevision,
        long version,
        @org.jspecify.annotations.Nullable SessionId session) {}
