package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import org.jspecify.annotations.Nullable;

/** A correct register used by concurrent clients: each operation takes effect at one instant. All from one seed. */
final class SimulatedRegister {
    private final Random random;
    private final int clients;
    private final int operations;
    /** So many different values; few make many orders look alike. */
    private final int values;

    private final double unknownShare;
    private final boolean isCas;

    SimulatedRegister(long seed, int clients, int operations, int values, double unknownShare, boolean isCas) {
        this.random = new Random(seed);
        this.clients = clients;
        this.operations = operations;
        this.values = values;
        this.unknownShare = unknownShare;
        this.isCas = isCas;
    }

    /** {@code effectAt} of Long.MAX_VALUE: never. */
    private record Plan(
            int client, int number, Event.Kind kind, long callAt, long effectAt, long returnAt, boolean isKnown) {
        String op() {
            return "op" + number;
        }
    }

    List<Event> run(String key) {
        List<Plan> plans = plans();
        record Timed(long at, Event event) {}
        List<Timed> events = new ArrayList<>();
        List<Plan> byEffect = new ArrayList<>(plans);
        byEffect.sort(Comparator.comparingLong(Plan::effectAt));
        Map<Integer, @Nullable String> seen = new HashMap<>();
        @Nullable String register = null;
        for (Plan plan : byEffect) {
            String process = "c" + plan.client();
            @Nullable String expected = null;
            @Nullable String value = null;
            Event.Outcome outcome = plan.isKnown() ? Event.Outcome.OK : Event.Outcome.UNKNOWN;
            @Nullable String returned = null;
            switch (plan.kind()) {
                case READ -> {
                    returned = plan.isKnown() ? register : null;
                    seen.put(plan.client(), register);
                }
                case WRITE -> value = "v" + random.nextInt(values);
                case CAS -> {
                    expected = seen.get(plan.client());
                    value = "v" + random.nextInt(values);
                }
            }
            boolean matches = plan.kind() == Event.Kind.WRITE
                    || (plan.kind() == Event.Kind.CAS && Objects.equals(register, expected));
            if (plan.kind() == Event.Kind.CAS && !matches && plan.isKnown()) {
                outcome = Event.Outcome.REFUSED;
            }
            if (matches && plan.effectAt() < Long.MAX_VALUE) {
                register = value;
            }
            events.add(new Timed(
                    plan.callAt(),
                    new Event.Invocation(plan.callAt(), process, plan.op(), plan.kind(), key, expected, value)));
            events.add(new Timed(
                    plan.returnAt(), new Event.Response(plan.returnAt(), process, plan.op(), outcome, returned)));
        }
        events.sort(Comparator.comparingLong(Timed::at));
        return events.stream().map(Timed::event).toList();
    }

    private List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        long[] now = new long[clients];
        for (int number = 0; number < operations; number++) {
            int client = number % clients;
            long callAt = now[client] + 1 + random.nextInt(100);
            boolean isKnown = random.nextDouble() >= unknownShare;
            long returnAt = callAt + 2 + random.nextInt(1000);
            long effectAt = isKnown
                    ? callAt + random.nextInt((int) (returnAt - callAt) + 1)
                    : random.nextBoolean() ? Long.MAX_VALUE : callAt + random.nextInt(5000);
            now[client] = returnAt;
            plans.add(new Plan(client, number, kind(), callAt, effectAt, returnAt, isKnown));
        }
        return plans;
    }

    private Event.Kind kind() {
        return switch (random.nextInt(isCas ? 3 : 2)) {
            case 0 -> Event.Kind.READ;
            case 1 -> Event.Kind.WRITE;
            default -> Event.Kind.CAS;
        };
    }
}
