package io.troupe.metadata.internal.state;

import java.util.TreeMap;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/** The windows that one transaction has settled something in and that nobody sees yet. Mostly it is one. */
final class StagedSettles {
    /** Null if there is none; else the others are in the map. */
    private @Nullable ChannelId first;

    private Settlements firstWindow = Settlements.EMPTY;
    private @Nullable TreeMap<ChannelId, Settlements> others;

    /** {@return the staged window, or null if nothing is settled in the channel yet} */
    @Nullable
    Settlements get(ChannelId channel) {
        if (first == null) {
            return null;
        }
        if (first.equals(channel)) {
            return firstWindow;
        }
        return others == null ? null : others.get(channel);
    }

    void put(ChannelId channel, Settlements window) {
        if (first == null || first.equals(channel)) {
            first = channel;
            firstWindow = window;
            return;
        }
        TreeMap<ChannelId, Settlements> more = others;
        if (more == null) {
            more = new TreeMap<>();
            others = more;
        }
        more.put(channel, window);
    }

    boolean isEmpty() {
        return first == null;
    }

    void forEach(BiConsumer<ChannelId, Settlements> visitor) {
        if (first != null) {
            visitor.accept(first, firstWindow);
        }
        if (others != null) {
            others.forEach(visitor);
        }
    }
}
