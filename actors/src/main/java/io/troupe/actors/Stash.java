package io.troupe.actors;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

/** What an actor has put aside, and what of it comes next. Confined to the turns of its entity. */
final class Stash {
    /** Messages that one entity may have put aside. */
    static final int MAX_STASHED = 1_000;

    /** In the order in which they were put aside; never more than the limit. */
    private final ArrayDeque<Mail> aside = new ArrayDeque<>();
    /** Taken back: before the mailbox, in order; never more than the limit. */
    private final ArrayDeque<Mail> next = new ArrayDeque<>();

    boolean isFull() {
        return aside.size() + next.size() >= MAX_STASHED;
    }

    void put(Mail mail) {
        aside.add(mail);
    }

    /** {@return what was put aside first}; throws if that is nothing. */
    Mail removeOldest() {
        return aside.removeFirst();
    }

    /** What was put aside comes before what an earlier call has taken back: it was in front of that. */
    void takeBack() {
        for (Mail mail; (mail = aside.pollLast()) != null; ) {
            next.addFirst(mail);
        }
    }

    @Nullable
    Mail poll() {
        return next.poll();
    }

    /** True if something of it is to be handled now. */
    boolean hasNext() {
        return !next.isEmpty();
    }

    boolean isEmpty() {
        return aside.isEmpty() && next.isEmpty();
    }
}
