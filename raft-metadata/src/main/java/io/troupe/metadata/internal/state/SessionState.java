package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.TxnResult;
import org.jspecify.annotations.Nullable;

/**
 * The newest session of one node, and how far its submits got.
 *
 * @param session      what callers see of it
 * @param nonce        of the request that opened it: a repeated request is answered with this session
 * @param lastSequence of the last applied submit, 0 before the first
 * @param results      of the newest submits, ascending by sequence; at most {@value #MAX_RESULTS}, and together at most
 *                     {@value #MAX_RESULT_BYTES} bytes
 */
public record SessionState(Session session, long nonce, long lastSequence, List<CachedResult> results) {
    /** How many submits' results are kept: at least as many as a node keeps in flight. */
    public static final int MAX_RESULTS = 8;

    /** How many bytes of results are kept. A submit that answers more can be answered only once. */
    public static final int MAX_RESULT_BYTES = 4 << 20;

    /**
     * The results of one submit, for when it is sent again.
     *
     * @param sequence the submit
     * @param results  its results
     * @param bytes    about how much memory they hold
     */
    public record CachedResult(long sequence, List<TxnResult> results, int bytes) {
        /**
         * Copies the list.
         *
         * @param sequence the submit
         * @param results  its results
         * @param bytes    about how much memory they hold
         */
        public CachedResult {
            results = List.copyOf(results);
        }

        /**
         * Results with their size.
         *
         * @param sequence the submit
         * @param results  its results
         */
        public CachedResult(long sequence, List<TxnResult> results) {
            this(sequence, results, sizeOf(results));
        }

        private static int sizeOf(List<TxnResult> results) {
            long bytes = 0;
            for (TxnResult result : results) {
                bytes += 32;
                for (var read : result.reads()) {
                    bytes += read == null ? 8 : 64L + 3L * read.key().length() + read.value().length;
                }
                if (result instanceof TxnResult.SettleRefused refused) {
                    bytes += refused.reply().length;
                }
            }
            return (int) Math.min(Integer.MAX_VALUE, bytes);
        }
    }

    /**
     * Copies the list.
     *
     * @param session      what callers see of it
     * @param nonce        of the request that opened it
     * @param lastSequence of the last applied submit
     * @param results      of the newest submits
     */
    public SessionState {
        results = List.copyOf(results);
    }

    /** {@return true if the session is open} */
    public boolean open() {
        return session.open();
    }

    SessionState renewed(long revision) {
        Session old = session;
        return with(new Session(old.id(), old.storageId(), old.ttlMillis(), revision, true));
    }

    /** Ended, and without its results: nothing is submitted in it any more. */
    SessionState ended() {
        Session old = session;
        Session closed = new Session(old.id(), old.storageId(), old.ttlMillis(), old.renewedAt(), false);
        return new SessionState(closed, nonce, lastSequence, List.of());
    }

    SessionState submitted(long sequence, List<TxnResult> newest) {
        List<CachedResult> kept = new ArrayList<>(results);
        kept.add(new CachedResult(sequence, newest));
        long bytes = kept.stream().mapToLong(CachedResult::bytes).sum();
        while (kept.size() > MAX_RESULTS || bytes > MAX_RESULT_BYTES) {
            bytes -= kept.remove(0).bytes();
        }
        return new SessionState(session, nonce, sequence, kept);
    }

    @Nullable
    List<TxnResult> cached(long sequence) {
        for (CachedResult result : results) {
            if (result.sequence() == sequence) {
                return result.results();
            }
        }
        return null;
    }

    private SessionState with(Session changed) {
        return new SessionState(changed, nonce, lastSequence, results);
    }
}
