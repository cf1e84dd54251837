package io.troupe.chaos.check;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The last round of snapshots: the shard map of each node that is expected to be up, empty if it showed none. */
record FinalRound(NavigableMap<String, NavigableMap<Shard, Event.View>> maps) {

    static FinalRound of(History history) {
        NavigableMap<String, NavigableMap<Shard, Event.View>> maps = new TreeMap<>();
        List<Event.Alive> alive = history.all(Event.Alive.class);
        long last = alive.stream().mapToLong(Event.Alive::round).max().orElse(-1);
        for (Event.Alive node : alive) {
            if (node.round() == last) {
                maps.put(node.node(), new TreeMap<>());
            }
        }
        for (Event.View view : history.all(Event.View.class)) {
            NavigableMap<Shard, Event.View> map = maps.get(view.node());
            if (view.round() == last && map != null) {
                map.put(new Shard(view.set(), view.shard()), view);
            }
        }
        return new FinalRound(maps);
    }
}
