package io.troupe.actors.internal.durable;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

/**
 * A queue with two ends that has an array only while something is in it: of very many entities few have something under
 * way. Confined to one thread at a time; {@link #size} and {@link #isEmpty} are a guess on others.
 *
 * @param <E> what is in it
 */
public final class SparseDeque<E> {
    /** What it begins with; it grows as it needs. */
    private static final int FEW = 4;

    /** Never empty. */
    private @Nullable ArrayDeque<E> content;

    /** An empty queue. */
    public SparseDeque() {}

    /** {@return how many there are} */
    public int size() {
        ArrayDeque<E> present = content;
        return present == null ? 0 : present.size();
    }

    /** {@return true if there is nothing} */
    public boolean isEmpty() {
        return content == null;
    }

    /**
     * Puts something before all others.
     *
     * @param element what
     */
    public void addFirst(E element) {
        present().addFirst(element);
    }

    /**
     * Puts something behind all others.
     *
     * @param element what
     */
    public void addLast(E element) {
        present().addLast(element);
    }

    /** {@return the first, which stays; null if there is none} */
    public @Nullable E peekFirst() {
        ArrayDeque<E> present = content;
        return present == null ? null : present.peekFirst();
    }

    /** {@return the last, which stays; null if there is none} */
    public @Nullable E peekLast() {
        ArrayDeque<E> present = content;
        return present == null ? null : present.peekLast();
    }

    /** {@return the first, which goes; null if there is none} */
    public @Nullable E pollFirst() {
        ArrayDeque<E> present = content;
        return present == null ? null : left(present, present.pollFirst());
    }

    /** {@return the last, which goes; null if there is none} */
    public @Nullable E pollLast() {
        ArrayDeque<E> present = content;
        return present == null ? null : left(present, present.pollLast());
    }

    private ArrayDeque<E> present() {
        ArrayDeque<E> present = content;
        if (present == null) {
            present = new ArrayDeque<>(FEW);
            content = present;
        }
        return present;
    }

    private @Nullable E left(ArrayDeque<E> present, @Nullable E taken) {
        if (present.isEmpty()) {
            content = null;
        }
        return taken;
    }
}
