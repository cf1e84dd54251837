package io.troupe.metadata.internal.state;

import java.util.function.BiPredicate;

import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map whose changed copies share all but a few pages with it: a B+ tree with path copying. Reads
 * may run on any thread.
 *
 * <p>Changes go through an {@link Editor}, which copies a page the first time it touches it and then changes its copy
 * in place, so that a thousand changes of one log entry copy each page once. {@link Editor#snapshot()} costs O(1): it
 * hands out the root and takes a new edit token, after which the editor may no longer touch the pages it made.
 *
 * @param <K> the keys; their order must not depend on anything that can change
 * @param <V> the values
 */
public final class KeyIndex<K extends Comparable<K>, V> {
    private static final KeyIndex<?, ?> EMPTY = new KeyIndex<>(KeyPage.leaf(new Object()), 0, null);

    private final KeyPage root;
    private final int size;

    /** Answers most look-ups without a search; never another value than the pages have, but none for some keys. */
    private final Newest.@Nullable Front<K, V> front;

    private KeyIndex(KeyPage root, int size, Newest.@Nullable Front<K, V> front) {
        this.root = root;
        this.size = size;
        this.front = front;
    }

    /** The same entries, found through a table first. */
    KeyIndex<K, V> behind(Newest.Front<K, V> table) {
        return new KeyIndex<>(root, size, table);
    }

    /**
     * {@return the empty map}
     *
     * @param <K> the keys
     * @param <V> the values
     */
    @SuppressWarnings("unchecked") // it has neither keys nor values
    public static <K extends Comparable<K>, V> KeyIndex<K, V> empty() {
        return (KeyIndex<K, V>) EMPTY;
    }

    /** {@return how many keys there are} */
    public int size() {
        return size;
    }

    /**
     * {@return true if neither came from the other by a change}
     *
     * @param other an index; false means nothing if it was not made from this one, nor this one from it
     */
    boolean isStill(KeyIndex<K, V> other) {
        return root == other.root;
    }

    /**
     * {@return the value, or null}
     *
     * @param key the key
     */
    @SuppressWarnings("unchecked") // an index is only ever filled with its own types
    public @Nullable V get(K key) {
        V found = front == null ? null : front.get(key);
        return found != null ? found : (V) lookUp(root, key);
    }

    /**
     * Visits the entries in ascending order for as long as the visitor answers true.
     *
     * @param low     the lowest key to visit; null means from the first
     * @param visitor called for each entry
     */
    public void visitFrom(@Nullable K low, BiPredicate<? super K, ? super V> visitor) {
        visit(root, low, visitor);
    }

    /** {@return an editor that starts from this map and leaves it as it is} */
    public Editor<K, V> edit() {
        return new Editor<>(this);
    }

    private static @Nullable Object lookUp(KeyPage root, Object key) {
        KeyPage page = root;
        while (!page.leaf) {
            page = page.child(page.childFor(key));
        }
        int at = page.search(key);
        return at < 0 ? null : page.slots[at];
    }

    /** Answers false once the visitor did. */
    @SuppressWarnings("unchecked") // an index is only ever filled with its own types
    private static <K, V> boolean visit(KeyPage page, @Nullable K low, BiPredicate<? super K, ? super V> visitor) {
        if (page.leaf) {
            int at = low == null ? 0 : page.search(low);
            for (int i = at < 0 ? ~at : at; i < page.count; i++) {
                if (!visitor.test((K) page.keys[i], (V) page.slots[i])) {
                    return false;
                }
            }
            return true;
        }
        int first = low == null ? 0 : page.childFor(low);
        for (int i = first; i < page.count; i++) {
            // Only the first child can hold keys below low.
            if (!visit(page.child(i), i == first ? low : null, visitor)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Changes a map; confined to one thread.
     *
     * @param <K> the keys
     * @param <V> the values
     */
    public static final class Editor<K extends Comparable<K>, V> {
        private KeyIndex<K, V> latest;
        private KeyPage root;
        private int size;

        /** Marks the pages that this editor may change in place: those made since the last snapshot. */
        private Object token = new Object();

        /** The new right neighbour of the page just changed, until its parent has taken it in. */
        private @Nullable KeyPage split;

        private Editor(KeyIndex<K, V> from) {
            latest = from;
            root = from.root;
            size = from.size;
        }

        /** {@return how many keys there are} */
        public int size() {
            return size;
        }

        /**
         * {@return the value, or null}
         *
         * @param key the key
         */
        @SuppressWarnings("unchecked") // an index is only ever filled with its own types
        public @Nullable V get(K key) {
            return (V) lookUp(root, key);
        }

        /**
         * Visits the entries in ascending order for as long as the visitor answers true. The visitor must not change
         * the map.
         *
         * @param low     the lowest key to visit; null means from the first
         * @param visitor called for each entry
         */
        public void visitFrom(@Nullable K low, BiPredicate<? super K, ? super V> visitor) {
            visit(root, low, visitor);
        }

        /**
         * Adds or replaces.
         *
         * @param key   the key
         * @param value its value
         */
        public void put(K key, V value) {
            root = put(root, key, value);
            if (split != null) {
                root = KeyPage.parent(token, root, split);
                split = null;
            }
        }

        /**
         * {@return the removed value, or null if there was none}
         *
         * @param key the key
         */
        public @Nullable V remove(K key) {
            V old = get(key);
            if (old == null) {
                return null;
            }
            size--;
            KeyPage left = remove(root, key);
            root = left == null ? KeyPage.leaf(token) : left;
            while (!root.leaf && root.count == 1) {
                root = root.child(0);
            }
            return old;
        }

        /** {@return the map as it is now, immutable; the editor may go on} */
        public KeyIndex<K, V> snapshot() {
            if (latest.root != root || latest.size != size || root.token == token) {
                latest = new KeyIndex<>(root, size, null);
                token = new Object();
            }
            return latest;
        }

        private KeyPage put(KeyPage page, K key, V value) {
            KeyPage own = page.ownedBy(token);
            if (own.leaf) {
                int at = own.search(key);
                if (at >= 0) {
                    own.slots[at] = value;
                } else {
                    own.insert(~at, key, value);
                    size++;
                }
            } else {
                int at = own.childFor(key);
                own.slots[at] = put(own.child(at), key, value);
                if (split != null) {
                    own.insert(at + 1, split.keys[0], split);
                }
            }
            split = own.count == KeyPage.FAN_OUT ? own.splitOff() : null;
            return own;
        }

        /** Answers null when the page has become empty. The key is there. */
        private @Nullable KeyPage remove(KeyPage page, K key) {
            KeyPage own = page.ownedBy(token);
            if (own.leaf) {
                own.removeAt(own.search(key));
            } else {
                int at = own.childFor(key);
                KeyPage left = remove(own.child(at), key);
                if (left == null) {
                    own.removeAt(at);
                } else {
                    own.slots[at] = left;
                }
            }
            return own.count == 0 ? null : own;
        }
    }
}
