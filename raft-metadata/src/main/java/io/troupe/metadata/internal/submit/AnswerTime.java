package io.troupe.metadata.internal.submit;

/**
 * How long a leader that is well takes to answer, so that a log on a slow disk is not taken for a dead leader: what is
 * sent again for nothing makes a slow log slower. The estimator is that of RFC 6298, a smoothed mean and four times the
 * smoothed deviation. An answer names the attempt that it belongs to, so that one to an earlier attempt counts as what
 * it is.
 *
 * <p>Pure and confined to one thread.
 */
final class AnswerTime {
    private final long minNs;
    private final long maxNs;
    private boolean known;
    private long meanNs;
    private long deviationNs;

    /**
     * Without an answer yet.
     *
     * @param minNs the least that silence has to last to mean something
     * @param maxNs what it means something after in any case; also the longest that an answer counts as
     */
    AnswerTime(long minNs, long maxNs) {
        this.minNs = minNs;
        this.maxNs = maxNs;
    }

    /** {@return how long a leader that is well may be silent} */
    long patienceNs() {
        return Math.max(minNs, Math.min(maxNs, meanNs + 4 * deviationNs));
    }

    /**
     * An answer came.
     *
     * @param tookNs after its question
     */
    void onAnswer(long tookNs) {
        long took = Math.max(0, Math.min(maxNs, tookNs));
        if (known) {
            deviationNs += (Math.abs(took - meanNs) - deviationNs) / 4;
            meanNs += (took - meanNs) / 8;
        } else {
            known = true;
            meanNs = took;
            deviationNs = took / 2;
        }
    }
}
