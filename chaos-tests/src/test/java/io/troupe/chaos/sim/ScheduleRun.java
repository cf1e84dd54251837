package io.troupe.chaos.sim;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.troupe.actors.AskException;
import io.troupe.actors.Kind;
import io.troupe.actors.Pid;
import io.troupe.actors.Query;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/** Runs one schedule: a phase of chaos, and a calm one in which everything must settle. */
final class ScheduleRun {
    private static final long MS = 1_000_000;
    /** The calm phase ends at the latest after this; a cluster that has not recovered by then never will. */
    private static final long CALM_NS = 12_000 * MS;

    private static final long LATER_NS = 100 * MS;

    private static final Duration SOON = Duration.ofMillis(250);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Map<Shape, Topology> TOPOLOGIES = new ConcurrentHashMap<>();

    /** What a schedule says of its topology. */
    private record Shape(boolean fourthHosts, boolean hasUnfenced, int stateGroups) {
        Topology topology() {
            int hosts = fourthHosts ? 1 : 0;
            Kind<?>[] kinds = hasUnfenced
                    ? new Kind<?>[] {Entities.KIND, Entities.NOTES, Entities.FEEDS}
                    : new Kind<?>[] {Entities.KIND, Entities.NOTES};
            return new Topology(
                    Schedule.VOTERS,
                    hosts,
                    Schedule.NODES - Schedule.VOTERS - hosts,
                    stateGroups,
                    Entities.REGISTRY,
                    kinds);
        }
    }

    final Schedule schedule;
    final Simulation world;
    final Oracle oracle;

    ScheduleRun(Schedule schedule, boolean tracing) {
        this.schedule = schedule;
        oracle = new Oracle(schedule.ops());
        world = new Simulation(schedule.seed(), schedule.swarm(), topologyOf(schedule), oracle, tracing);
        world.replayWith("mvn -q -pl chaos-tests -am test -Dtest=ClusterSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dtroupe.seed=");
        oracle.watch(world);
    }

    private static Topology topologyOf(Schedule schedule) {
        return TOPOLOGIES.computeIfAbsent(
                new Shape(schedule.fourthHosts(), schedule.hasUnfenced(), schedule.stateGroups()), Shape::topology);
    }

    /** What a schedule breaks, or null. */
    static @Nullable Violation violationOf(Schedule schedule) {
        try {
            new ScheduleRun(schedule, false).run();
            return null;
        } catch (Violation found) {
            return found;
        }
    }

    /** Throws {@link Violation}. */
    void run() {
        Entities.outside(oracle);
        world.start();
        for (ClientOp op : schedule.ops()) {
            world.after(op.atNs(), "client", null, () -> client(op));
        }
        for (Fault fault : schedule.faults()) {
            world.after(fault.atNs(), fault.kind().name(), null, () -> new FaultInjector(world).begin(fault));
        }
        world.runUntil(Schedule.CHAOS_NS);
        world.calm();
        long end = world.now() + CALM_NS;
        settle(end);
        if (schedule.hasUnfenced()) {
            // A keep-alive that was sent before the faults ended may be all that a lease stands on, and passes soon.
            world.runUntil(Math.max(world.now(), Schedule.CHAOS_NS + Topology.LEASE_NS));
            settle(end);
        }
        int number = oracle.lastDrawn();
        for (int entity = 0; entity < Schedule.ENTITIES; entity++) {
            askAtLast(++number, entity, ClientOp.Kind.READ);
        }
        for (int entity = 0; schedule.hasUnfenced() && entity < Schedule.ENTITIES; entity++) {
            askAtLast(++number, Schedule.ENTITIES + entity, ClientOp.Kind.QUERY);
        }
        world.runUntil(world.now() + MS);
        settle(end);
        oracle.atRest();
    }

    private void askAtLast(int number, int entity, ClientOp.Kind kind) {
        ClientOp op = new ClientOp(number, world.now(), entity % Schedule.NODES, entity, kind);
        world.after(0, "client", null, () -> client(op));
    }

    private void settle(long end) {
        if (!world.settle(end, () -> oracle.waiting() == 0 && world.orders().waiting() == 0)) {
            throw world.violation(
                    "I7 settles once healed",
                    "after " + CALM_NS / MS + " ms without faults " + oracle.waiting() + " operations wait "
                            + oracle.waitingOps() + " and " + world.orders() + world.unrest());
        }
    }

    private void client(ClientOp op) {
        SimNode node = world.nodes[op.node()];
        if (node.isUp()) {
            world.after(0, "op", node, () -> send(op, node));
        }
    }

    /** What nobody knows is found out, at once or after a while, and then it is true. */
    private void resolve(ClientOp op, SendOutcome outcome) {
        SimNode node = world.nodes[(op.node() + op.number()) % Schedule.NODES];
        if (outcome instanceof SendOutcome.Unknown unknown && !op.kind().isVolatile() && node.isUp()) {
            Pid<Entities.Message> target = node.system().entity(Entities.KIND, Entities.id(op.entity()));
            world.after(op.number() % 2 * LATER_NS, "resolve", node, () -> {
                CompletableFuture<?> unused = target.resolve(unknown).thenAccept(found -> oracle.onResolved(op, found));
            });
        }
    }

    private void send(ClientOp op, SimNode node) {
        oracle.onSent(op, node);
        if (op.kind().isVolatile()) {
            note(op, node);
            return;
        }
        Pid<Entities.Message> target = node.system().entity(Entities.KIND, Entities.id(op.entity()));
        CompletableFuture<?> unused = switch (op.kind()) {
            case APPEND -> ask(target, op, new Entities.Append(op.number()), NEVER);
            case APPEND_SOON -> ask(target, op, new Entities.Append(op.number()), SOON);
            case REFUSED -> ask(target, op, new Entities.Refuse(op.number()), NEVER);
            case READ -> ask(target, op, new Entities.Read(op.number()), NEVER);
            case APPEND_AGAIN ->
                target.tell(new Entities.Append(op.number()), DeliveryGuarantee.AT_LEAST_ONCE)
                        .thenAccept(outcome -> {
                            oracle.onTold(op, outcome);
                            resolve(op, outcome);
                        });
            case HINT, POKE, QUERY -> throw new IllegalStateException(op + " is for a volatile actor");
        };
    }

    private void note(ClientOp op, SimNode node) {
        Pid<Entities.Note> target =
                node.system().entity(op.isUnfenced() ? Entities.FEEDS : Entities.NOTES, Entities.id(op.entity()));
        CompletableFuture<?> unused = op.kind() == ClientOp.Kind.QUERY
                ? ask(target, op, new Entities.Question(op.number()), NEVER)
                : target.tell(new Entities.Hint(op.number()), guarantee(op))
                        .thenAccept(outcome -> oracle.onTold(op, outcome));
    }

    private static DeliveryGuarantee guarantee(ClientOp note) {
        if (note.kind() == ClientOp.Kind.HINT) {
            return DeliveryGuarantee.AT_MOST_ONCE;
        }
        return note.isOnce() ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE;
    }

    private <M> CompletableFuture<?> ask(Pid<M> target, ClientOp op, Query<Integer> message, Duration timeout) {
        return target.ask(message, timeout).whenComplete((length, failure) -> {
            if (failure == null) {
                oracle.onReply(op, length);
            } else if (failure instanceof AskException refused) {
                oracle.onFailed(op, refused.outcome());
                resolve(op, refused.outcome());
            } else {
                throw world.violation("I0 no core throws", op + " failed in a way that is not documented: " + failure);
            }
        });
    }
}
