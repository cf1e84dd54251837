package io.troupe.transport.kryo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The JDK's collections: how each is rebuilt from its elements. The classes behind {@code List.of} and its like are the
 * JDK's secret, so instances tell them; several classes with one meaning share a way to be rebuilt.
 */
final class JdkCollections {
    /** Two elements where the JDK has a class of its own for one. */
    private static final List<Integer> TWO = List.of(1, 2);

    private JdkCollections() {}

    /** Rebuilds a collection; the list is a fresh one that nobody else holds. */
    interface FromElements extends Function<List<@Nullable Object>, Object> {}

    /** Rebuilds a map; the given one is fresh, keeps the order, and nobody else holds it. */
    interface FromEntries extends Function<Map<@Nullable Object, @Nullable Object>, Object> {}

    static void addAll(int firstId, JdkTypes.Target target) {
        int id = lists(firstId, target);
        id = sets(id, target);
        id = maps(id, target);
        sorted(id, target);
    }

    @SuppressWarnings("JdkObsolete") // Users send what they have.
    private static int lists(int firstId, JdkTypes.Target target) {
        int id = firstId;
        id = list(id, target, new ArrayList<>(), elements -> elements);
        id = list(id, target, new LinkedList<>(), LinkedList::new);
        id = list(id, target, new ArrayDeque<>(), ArrayDeque::new);
        id = list(id, target, new ConcurrentLinkedQueue<>(), ConcurrentLinkedQueue::new);
        id = list(id, target, new CopyOnWriteArrayList<>(), CopyOnWriteArrayList::new);
        id = list(id, target, Arrays.asList(1, 2), elements -> Arrays.asList(elements.toArray()));
        // One element and more than two: two classes; Stream.toList() has nulls, which List.of refuses.
        id = list(id, target, List.of(1), List::copyOf);
        id = list(id, target, List.of(1, 2, 3), elements -> elements.stream().toList());
        id = list(id, target, Collections.emptyList(), elements -> Collections.emptyList());
        id = list(id, target, Collections.singletonList(1), JdkCollections::singletonList);
        id = list(id, target, Collections.unmodifiableList(new ArrayList<>()), Collections::unmodifiableList);
        id = list(
                id,
                target,
                Collections.unmodifiableList(new LinkedList<>()),
                elements -> Collections.unmodifiableList(new LinkedList<>(elements)));
        id = list(id, target, Collections.unmodifiableCollection(TWO), Collections::unmodifiableCollection);
        // Views of a list travel as lists of their own.
        id = list(id, target, new ArrayList<>(TWO).subList(0, 1), elements -> elements);
        return list(id, target, List.of(1, 2, 3).subList(0, 2), List::copyOf);
    }

    private static int sets(int firstId, JdkTypes.Target target) {
        int id = firstId;
        id = list(id, target, new HashSet<>(), HashSet::new);
        id = list(id, target, new LinkedHashSet<>(), LinkedHashSet::new);
        id = list(id, target, new CopyOnWriteArraySet<>(), CopyOnWriteArraySet::new);
        id = list(id, target, Set.of(1), JdkCollections::immutableSet);
        id = list(id, target, Set.of(1, 2, 3), JdkCollections::immutableSet);
        id = list(id, target, Collections.emptySet(), elements -> Collections.emptySet());
        id = list(id, target, Collections.singleton(1), elements -> Collections.singleton(only(elements)));
        return list(
                id,
                target,
                Collections.unmodifiableSet(new HashSet<>()),
                elements -> Collections.unmodifiableSet(new LinkedHashSet<>(elements)));
    }

    private static int maps(int firstId, JdkTypes.Target target) {
        int id = firstId;
        id = map(id, target, new HashMap<>(), HashMap::new);
        id = map(id, target, new LinkedHashMap<>(), entries -> entries);
        id = map(id, target, new ConcurrentHashMap<>(), ConcurrentHashMap::new);
        id = map(id, target, Map.of(1, 1), Map::copyOf);
        id = map(id, target, Map.of(1, 1, 2, 2), Map::copyOf);
        id = map(id, target, Collections.emptyMap(), entries -> Collections.emptyMap());
        id = map(id, target, Collections.singletonMap(1, 1), JdkCollections::singletonMap);
        return map(id, target, Collections.unmodifiableMap(new HashMap<>()), Collections::unmodifiableMap);
    }

    private static void sorted(int firstId, JdkTypes.Target target) {
        int id = firstId;
        target.add(id++, TreeSet.class, new SortedSerializers.OfSet());
        target.add(id++, TreeMap.class, new SortedSerializers.OfMap());
        target.add(id++, PriorityQueue.class, new SortedSerializers.OfQueue());
        // The two orders that come without a class of the user's.
        target.add(
                id++, Comparator.reverseOrder().getClass(), new ValueSerializers.Constant(Comparator.reverseOrder()));
        target.add(id, Comparator.naturalOrder().getClass(), new ValueSerializers.Constant(Comparator.naturalOrder()));
    }

    private static int list(int id, JdkTypes.Target target, Collection<?> sample, FromElements rebuild) {
        target.add(id, sample.getClass(), new CollectionSerializer(rebuild));
        return id + 1;
    }

    private static int map(int id, JdkTypes.Target target, Map<?, ?> sample, FromEntries rebuild) {
        target.add(id, sample.getClass(), new MapSerializer(rebuild));
        return id + 1;
    }

    private static Object immutableSet(List<@Nullable Object> elements) {
        return Set.of(elements.toArray());
    }

    private static Object singletonList(List<@Nullable Object> elements) {
        return Collections.singletonList(only(elements));
    }

    private static Object singletonMap(Map<@Nullable Object, @Nullable Object> entries) {
        Map.Entry<@Nullable Object, @Nullable Object> entry = only(new ArrayList<>(entries.entrySet()));
        return Collections.singletonMap(entry.getKey(), entry.getValue());
    }

    private static <T extends @Nullable Object> T only(List<T> elements) {
        if (elements.size() != 1) {
            throw new IllegalArgumentException("a singleton with " + elements.size() + " elements");
        }
        return elements.get(0);
    }
}
