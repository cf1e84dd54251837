package io.troupe.metadata;

/** One change of one key. */
public sealed interface WatchEvent {
    /** {@return the key} */
    String key();

    /** {@return the revision of the transaction that made the change} */
    long revision();

    /**
     * The key was created or overwritten.
     *
     * @param entry the key as it is after the change
     */
    record Put(KeyValue entry) implements WatchEvent {
        @Override
        public String key() {
            return entry.key();
        }

        @Override
        public long revision() {
            return entry.modRevision();
        }
    }

    /**
     * The key is gone.
     *
     * @param key      the key
     * @param revision the revision of the deletion
     */
    record Delete(String key, long revision) implements WatchEvent {}
}
