package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The meaning of linearizability, written down without any cleverness: try every order. For a handful of operations.
 */
final class EveryOrder {
    private EveryOrder() {}

    private record Pair(Event.Invocation call, Event.Response end) {
        boolean mustHappen() {
            return end.outcome() != Event.Outcome.UNKNOWN;
        }
    }

    static boolean fits(List<Event> callsAndEnds) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < callsAndEnds.size(); i += 2) {
            pairs.add(new Pair((Event.Invocation) callsAndEnds.get(i), (Event.Response) callsAndEnds.get(i + 1)));
        }
        return fits(pairs, null);
    }

    private static boolean fits(List<Pair> open, @Nullable String register) {
        if (open.stream().noneMatch(Pair::mustHappen)) {
            return true;
        }
        for (Pair next : open) {
            boolean isTooLate = open.stream()
                    .anyMatch(other -> other.mustHappen()
                            && other.end().nanos() < next.call().nanos());
            if (isTooLate) {
                continue;
            }
            List<Pair> rest = new ArrayList<>(open);
            rest.remove(next);
            boolean matches = Objects.equals(next.call().expected(), register);
            @Nullable
            String after = switch (next.call().kind()) {
                case READ -> register;
                case WRITE -> next.call().value();
                case CAS ->
                    matches && next.end().outcome() != Event.Outcome.REFUSED
                            ? next.call().value()
                            : register;
            };
            boolean isLegal = !next.mustHappen()
                    || switch (next.call().kind()) {
                        case READ -> Objects.equals(next.end().value(), register);
                        case WRITE -> true;
                        case CAS -> matches == (next.end().outcome() == Event.Outcome.OK);
                    };
            if (isLegal && fits(rest, after)) {
                return true;
            }
        }
        return false;
    }
}
