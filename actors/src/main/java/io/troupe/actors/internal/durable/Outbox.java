package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What the entities of one shard have sent and must not lose: entries that stand in the store from the commit that sent
 * them until their end is known and they are removed. Pure; guarded by its caller.
 *
 * <p>An entry is sent with its sequence and the floor. The store settles each sequence once, keeps the outcome of what
 * is at or above the floor, and refuses what is below it. So the floor must never pass a sequence that may still be
 * sent: it is the lowest one that stands, or that may stand without our knowing, because the answer to its commit has
 * yet to come. Every owner of the shard may send an entry again, under the same sequence.
 */
public final class Outbox {
    /** Entries that stand; an effect that would add to more is refused. Below the length of a settled window. */
    public static final int MAX_STANDING = 50_000;

    private final long window;
    /** Those that stand, by sequence. */
    private final TreeMap<Long, Entry> standing = new TreeMap<>();
    /** Those of them that wait to be sent, or sent again. */
    private final SendQueue unsent = new SendQueue();
    /** Those of them whose end is known, and that nobody waits for. */
    private final TreeSet<Long> ended = new TreeSet<>();
    /** Every sequence up to this one was heard of. */
    private long known;
    /** Those above it that were heard of. */
    private final TreeSet<Long> ahead = new TreeSet<>();

    /**
     * One message.
     *
     * @param sequence its place in the queue of the shard
     * @param revision of the transaction that appended it
     * @param content  what it is
     */
    public record Entry(long sequence, long revision, OutboxContent content) {}

    /**
     * An outbox that stands empty.
     *
     * @param known  the newest sequence that was ever assigned when the outbox was loaded
     * @param window how far above the floor a sequence may be sent
     */
    public Outbox(long known, long window) {
        this.known = known;
        this.window = window;
    }

    /**
     * Takes an entry that stands in the store.
     *
     * @param entry a loaded one, or one that was just committed
     */
    public void add(Entry entry) {
        standing.put(entry.sequence(), entry);
        unsent.add(entry);
        if (entry.sequence() > known) {
            ahead.add(entry.sequence());
            while (ahead.remove(known + 1)) {
                known++;
            }
        }
    }

    /** {@return how many entries stand} */
    public int size() {
        return standing.size();
    }

    /** {@return the lowest sequence that may stand; at least 1} */
    public long floor() {
        return standing.isEmpty() ? known + 1 : Math.min(known + 1, standing.firstKey());
    }

    /**
     * Whether an effect may send so many messages more.
     *
     * @param messages how many
     * @param endsOne  the effect is that of a notice, with which an entry goes: it may always send one message, or a
     *     full outbox would stop for good what works it off
     * @return false if the outbox is too full
     */
    public boolean mayAdd(int messages, boolean endsOne) {
        int more = endsOne ? messages - 1 : messages;
        return more <= 0 || standing.size() + more <= MAX_STANDING;
    }

    /**
     * {@return the next entry to send, which is then under way; null if there is none, or it is too far above the
     * floor, or its target has no room}
     */
    public @Nullable Entry next() {
        return unsent.next(floor() + window);
    }

    /**
     * An entry that was under way could not be sent, or its end is not known: with {@link #retry} it is sent again,
     * before all that follow it to its target. Other targets wait for nothing.
     *
     * @param entry the entry
     */
    public void putBack(Entry entry) {
        if (standing.containsKey(entry.sequence())) {
            unsent.holdUp(entry);
        }
    }

    /** Targets that had no room may have some again. */
    public void retry() {
        unsent.retry();
    }

    /**
     * The end of an entry is known, for good.
     *
     * @param entry the entry
     * @param done  whether it has taken effect
     * @return what its sender wants to be told; the entry stands until that is committed. Null if nothing; then it can
     *     be removed
     */
    @SuppressWarnings("ReferenceEquality") // the very entry that was handed out
    public byte @Nullable [] onEnd(Entry entry, boolean done) {
        if (standing.get(entry.sequence()) != entry) {
            return null; // told twice
        }
        unsent.remove(entry);
        byte[] notice = done ? entry.content().onDone() : entry.content().onRefused();
        if (notice == null) {
            ended.add(entry.sequence());
        }
        return notice;
    }

    /**
     * {@return entries to remove from the store, lowest first; each is named once, unless it is kept}
     *
     * @param limit most of them
     */
    public List<Long> takeRemovable(int limit) {
        List<Long> taken = new ArrayList<>();
        while (taken.size() < limit && !ended.isEmpty()) {
            taken.add(ended.pollFirst());
        }
        return taken;
    }

    /** {@return how many entries can be removed} */
    public int removable() {
        return ended.size();
    }

    /**
     * Entries could not be removed now.
     *
     * @param sequences as they were taken
     */
    public void keep(List<Long> sequences) {
        ended.addAll(sequences);
    }

    /**
     * An entry does not stand in the store any more.
     *
     * @param sequence its sequence
     */
    public void onRemoved(long sequence) {
        Entry removed = standing.remove(sequence);
        if (removed != null) {
            unsent.remove(removed);
        }
    }
}
