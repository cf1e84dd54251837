package io.troupe.metadata.internal.state;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * One page of a {@link KeyIndex}: a leaf with keys and values, or an inner page with children. All leaves are equally
 * deep. A page never stays full or, but for an empty root, empty.
 */
final class KeyPage {
    /** A page with this many keys is split. */
    static final int FAN_OUT = 32;

    final boolean leaf;

    /** The edit that made this page; only that one may change it. */
    final Object token;

    /** Always 0 <= count <= FAN_OUT. */
    int count;

    /**
     * In a leaf ascending. In an inner page keys[i] is a lower bound of child i and ascends from 1; keys[0] means
     * nothing.
     */
    final @Nullable Object[] keys;

    /** The value, or the child page, of each key. */
    final @Nullable Object[] slots;

    private KeyPage(boolean leaf, Object token, int count, @Nullable Object[] keys, @Nullable Object[] slots) {
        this.leaf = leaf;
        this.token = token;
        this.count = count;
        this.keys = keys;
        this.slots = slots;
    }

    static KeyPage leaf(Object token) {
        return new KeyPage(true, token, 0, new Object[FAN_OUT], new Object[FAN_OUT]);
    }

    static KeyPage parent(Object token, KeyPage left, KeyPage right) {
        KeyPage parent = new KeyPage(false, token, 0, new Object[FAN_OUT], new Object[FAN_OUT]);
        parent.insert(0, left.keys[0], left);
        parent.insert(1, right.keys[0], right);
        return parent;
    }

    KeyPage ownedBy(Object edit) {
        return token == edit ? this : new KeyPage(leaf, edit, count, keys.clone(), slots.clone());
    }

    KeyPage child(int index) {
        Object child = slots[index];
        if (child instanceof KeyPage page) {
            return page;
        }
        throw new IllegalStateException(
                "slot " + index + " of an inner page with " + count + " children holds " + child);
    }

    /** The index of the only child that can hold the key. */
    int childFor(Object key) {
        int at = search(1, key);
        return at >= 0 ? at : ~at - 1;
    }

    /** The index of the key, or the complement of the index where it belongs. */
    int search(Object key) {
        return search(0, key);
    }

    @SuppressWarnings("unchecked") // an index is only ever filled with its own types
    private int search(int from, Object key) {
        Comparable<Object> wanted = (Comparable<Object>) key;
        int low = from;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = wanted.compareTo(keys[middle]);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return ~low;
    }

    void insert(int at, @Nullable Object key, Object slot) {
        System.arraycopy(keys, at, keys, at + 1, count - at);
        System.arraycopy(slots, at, slots, at + 1, count - at);
        keys[at] = key;
        slots[at] = slot;
        count++;
    }

    void removeAt(int at) {
        count--;
        System.arraycopy(keys, at + 1, keys, at, count - at);
        System.arraycopy(slots, at + 1, slots, at, count - at);
        keys[count] = null;
        slots[count] = null;
    }

    /** Moves the upper half to a new page, which it answers. */
    KeyPage splitOff() {
        int half = count / 2;
        KeyPage right = new KeyPage(leaf, token, count - half, new Object[FAN_OUT], new Object[FAN_OUT]);
        System.arraycopy(keys, half, right.keys, 0, right.count);
        System.arraycopy(slots, half, right.slots, 0, right.count);
        Arrays.fill(keys, half, count, null);
        Arrays.fill(slots, half, count, null);
        count = half;
        return right;
    }
}
