package io.troupe.metadata.internal.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/**
 * The newest changes, whole revisions at a time, in order; forgets the oldest when they become too many. Pure, and
 * confined to one thread at a time.
 */
final class EventLog {
    /** What a change costs besides its key and value, about. */
    private static final int OVERHEAD_BYTES = 64;

    private static final int INITIAL_BATCHES = 64;

    /** All changes of one revision, and about how many bytes they hold. */
    private record Batch(long revision, List<WatchEvent> events, long bytes) {}

    private final int maxEvents;
    private final long maxBytes;

    /** The batches with first <= index < end, ascending by revision; that of an index is in slot index % length. */
    private @Nullable Batch[] ring = new Batch[INITIAL_BATCHES];

    private long first;
    private long end;

    private int events;
    private long bytes;

    /** Every change of this revision and of later ones is kept. */
    private long firstRetained;

    /** Nothing is appended at or below it. */
    private long newest;

    /**
     * An empty log.
     *
     * @param revision  of the state it starts from
     * @param maxEvents how many changes are kept; the newest revision is always kept whole
     * @param maxBytes  how many bytes of keys and values are kept, about; likewise
     */
    EventLog(long revision, int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        reset(revision);
    }

    /** The state was replaced by one at this revision: what led to it is not known. */
    void reset(long revision) {
        ring = new Batch[INITIAL_BATCHES];
        first = 0;
        end = 0;
        events = 0;
        bytes = 0;
        firstRetained = revision + 1;
        newest = revision;
    }

    /** The lowest revision from which the log can be read. */
    long firstRetained() {
        return firstRetained;
    }

    /** Appends changes in ascending order of revision; those of one revision must come in one call. */
    void append(List<WatchEvent> changes) {
        int from = 0;
        while (from < changes.size()) {
            long revision = changes.get(from).revision();
            int to = from + 1;
            while (to < changes.size() && changes.get(to).revision() == revision) {
                to++;
            }
            if (revision <= newest) {
                throw new IllegalStateException(
                        "a change at revision " + revision + " after revision " + newest + ": " + changes.get(from));
            }
            add(revision, changes.subList(from, to));
            from = to;
        }
    }

    /**
     * Whole revisions from a cursor on, those with a change under the prefix.
     *
     * @param next   the first revision to read, at least {@link #firstRetained()}
     * @param prefix the keys to read
     * @param most   stops after the revision that makes it this many changes looked at
     */
    Chunk read(long next, String prefix, int most) {
        if (next < firstRetained) {
            throw new IllegalStateException(
                    "revision " + next + " is no longer kept, the first one is " + firstRetained);
        }
        List<WatchEvent> found = new ArrayList<>();
        int looked = 0;
        for (long index = indexFrom(next); index < end; index++) {
            Batch batch = at(index);
            for (WatchEvent event : batch.events()) {
                if (event.key().startsWith(prefix)) {
                    found.add(event);
                }
            }
            looked += batch.events().size();
            if (looked >= most) {
                return new Chunk(found, batch.revision() + 1, index + 1 < end);
            }
        }
        return new Chunk(found, Math.max(next, newest + 1), false);
    }

    /**
     * Changes read from the log.
     *
     * @param events in order, whole revisions; may be empty
     * @param next   where to go on
     * @param more   true if there is more to read now
     */
    record Chunk(List<WatchEvent> events, long next, boolean more) {}

    private void add(long revision, List<WatchEvent> changes) {
        long size = 0;
        for (WatchEvent change : changes) {
            size += OVERHEAD_BYTES + change.key().length();
            size += change instanceof WatchEvent.Put put ? put.entry().value().length : 0;
        }
        if (end - first == ring.length) {
            grow();
        }
        ring[(int) (end % ring.length)] = new Batch(revision, List.copyOf(changes), size);
        end++;
        events += changes.size();
        bytes += size;
        newest = revision;
        while (end - first > 1 && (events > maxEvents || bytes > maxBytes)) {
            Batch oldest = at(first);
            ring[(int) (first % ring.length)] = null;
            first++;
            events -= oldest.events().size();
            bytes -= oldest.bytes();
            firstRetained = oldest.revision() + 1;
        }
    }

    /** The index of the first batch at or after the revision. */
    private long indexFrom(long revision) {
        long low = first;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(middle).revision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Batch at(long index) {
        return Objects.requireNonNull(ring[(int) (index % ring.length)], "a batch between first and end");
    }

    private void grow() {
        @Nullable Batch[] larger = new Batch[ring.length * 2];
        for (long index = first; index < end; index++) {
            larger[(int) (index % larger.length)] = at(index);
        }
        ring = larger;
    }
}
