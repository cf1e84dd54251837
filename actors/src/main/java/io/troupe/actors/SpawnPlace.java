package io.troupe.actors;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.troupe.cluster.ShardSet;
import org.jspecify.annotations.Nullable;

/**
 * What a spawn says about the place of its actor, and with that, which of the kinds that are spawned as one class it
 * means: they differ by the shard sets that they are in. Pure.
 *
 * @param roles roles that the nodes of the set must have
 * @param set   the set; null for any
 */
record SpawnPlace(Set<String> roles, @Nullable ShardSet set) {
    static final SpawnPlace ANYWHERE = new SpawnPlace(Set.of(), null);

    SpawnPlace {
        roles = Set.copyOf(roles);
    }

    boolean isAnywhere() {
        return roles.isEmpty() && set == null;
    }

    SpawnPlace onRole(String role) {
        Set<String> more = new HashSet<>(roles);
        more.add(role);
        return new SpawnPlace(more, set);
    }

    SpawnPlace in(ShardSet other) {
        return new SpawnPlace(roles, other);
    }

    /**
     * The one kind that fits; of several that have the roles, the one that asks for no others.
     *
     * @throws KindUnavailableException if none fits
     * @throws IllegalStateException if that leaves more than one
     */
    <M> Kind<M> choose(String handler, List<Kind<M>> kinds) {
        List<Kind<M>> fitting = kinds.stream().filter(this::fits).toList();
        if (fitting.isEmpty()) {
            throw nothingFits(handler, kinds);
        }
        List<Kind<M>> exact = fitting.size() == 1
                ? fitting
                : fitting.stream()
                        .filter(kind -> kind.shardSet().roles().equals(roles))
                        .toList();
        if (exact.size() != 1) {
            throw new IllegalStateException("actors of " + handler + " can live " + sets(fitting)
                    + ": say which set with withPlacement, or with withRole");
        }
        return exact.get(0);
    }

    private boolean fits(Kind<?> kind) {
        return kind.shardSet().roles().containsAll(roles) && (set == null || set.equals(kind.shardSet()));
    }

    private <M> KindUnavailableException nothingFits(String handler, List<Kind<M>> kinds) {
        Set<String> missing = new TreeSet<>(roles);
        kinds.forEach(kind -> missing.removeAll(kind.shardSet().roles()));
        return new KindUnavailableException(
                "no kind that is spawned as " + handler + " lives"
                        + (roles.isEmpty() ? "" : " on nodes with the roles " + new TreeSet<>(roles))
                        + (set == null ? "" : " in set " + set)
                        + (missing.isEmpty() ? "" : ", and none on nodes with " + missing)
                        + ": its actors live " + sets(kinds) + "; give every node a kind of that class in such a set",
                missing);
    }

    private static <M> String sets(List<Kind<M>> kinds) {
        return kinds.stream()
                .map(Kind::shardSet)
                .map(set -> "in set " + set.name()
                        + (set.roles().isEmpty() ? "" : " with the roles " + new TreeSet<>(set.roles())))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
