package io.troupe.metadata.internal.state;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;

/** Log entries as nodes would write them, and some that they would not: right, repeated, late, and wrong ones. */
public final class RandomEntries {
    private static final String[] NODES = {"n1", "n2", "n3", "knot-ä€😀"};

    private final Random random;
    private final List<SessionId> known = new ArrayList<>(List.of(new SessionId("n9", 77)));
    private long timeMillis = 1_000_000;

    public RandomEntries(long seed) {
        random = new Random(seed);
    }

    /** An entry that follows the state. */
    public List<Command> next(StateView state) {
        state.forEachSession(session -> {
            if (!known.contains(session.id())) {
                known.add(session.id());
            }
        });
        List<Command> entry = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            entry.add(command(state));
        }
        return entry;
    }

    public Command command(StateView state) {
        return switch (random.nextInt(13)) {
            case 0 ->
                new Command.OpenSession(
                        node(),
                        random.nextInt(5) == 0 ? "other disk" : "disk",
                        random.nextInt(4),
                        random.nextInt(9999));
            case 1 -> random.nextInt(4) == 0 ? new Command.CloseSession(session()) : new Command.Lead(node());
            case 2 -> expiry(state);
            case 3, 4 -> tick();
            case 5 -> join(state);
            default -> submit(state);
        };
    }

    private Command join(StateView state) {
        SessionId other = new SessionId(node(), state.revision() - 20 + random.nextInt(60));
        return new Command.JoinSession(
                random.nextBoolean() ? session() : other,
                random.nextInt(5) == 0 ? "other disk" : "disk",
                random.nextInt(4),
                random.nextInt(9999));
    }

    private Command tick() {
        timeMillis += random.nextInt(10) == 0 ? random.nextInt(2_000_000) : random.nextInt(500) - 50;
        List<SessionId> renewals = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            renewals.add(session());
        }
        return new Command.Tick(timeMillis, renewals);
    }

    private Command expiry(StateView state) {
        SessionId id = session();
        Session session = state.session(id.nodeId());
        boolean wrong = random.nextBoolean();
        long renewedAt = session == null || wrong ? random.nextInt(100) : session.renewedAt();
        return new Command.ExpireSession(id, renewedAt);
    }

    private Command submit(StateView state) {
        SessionId id = session();
        SessionState session = state.sessions().get(id.nodeId());
        long last = session == null ? 0 : session.lastSequence();
        long sequence = random.nextInt(4) == 0 ? last - 9 + random.nextInt(12) : last + 1;
        List<Txn> txns = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            txns.add(txn());
        }
        return new Command.Submit(id, sequence, txns);
    }

    public Txn txn() {
        List<Compare> compare = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            compare.add(compare());
        }
        return new Txn(compare, ops(), ops());
    }

    private Compare compare() {
        Compare.Target target = List.of(Compare.Target.values()).get(random.nextInt(5));
        Compare.Relation relation = List.of(Compare.Relation.values()).get(random.nextInt(4));
        boolean bytes = target == Compare.Target.VALUE || target == Compare.Target.VALUE_PREFIX;
        return new Compare(key(), target, relation, bytes ? 0 : random.nextInt(300), bytes ? value() : new byte[0]);
    }

    private List<Op> ops() {
        List<Op> ops = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            ops.add(op());
        }
        return ops;
    }

    private Op op() {
        return switch (random.nextInt(10)) {
            case 0 -> new Op.Delete(key());
            case 1 -> random.nextInt(3) == 0 ? new Op.DeleteRange("a/" + random.nextInt(4)) : new Op.Get(key());
            case 2 -> new Op.Get(key());
            case 3 ->
                random.nextBoolean()
                        ? new Op.Append("queue/" + random.nextInt(2), value())
                        : new Op.GetRange(random.nextBoolean() ? "queue/" : "a/", key(), 1 + random.nextInt(5));
            case 4, 5, 6 -> {
                Op.Settle settle = new Op.Settle(
                        random.nextInt(4) == 0 ? SessionId.outbox(random.nextInt(2)) : session(),
                        random.nextInt(3) - 1,
                        1 + random.nextInt(200),
                        1 + random.nextInt(100),
                        random.nextInt(3) == 0 ? random.nextInt(256) : 1,
                        random.nextInt(3) == 0 ? value() : new byte[0]);
                yield random.nextInt(4) == 0 ? settle.before(new Op.Deadline(random.nextInt(2_000), 4)) : settle;
            }
            default -> new Op.Put(key(), value(), random.nextInt(4) == 0 ? session() : null);
        };
    }

    private String node() {
        return NODES[random.nextInt(NODES.length)];
    }

    private SessionId session() {
        int newest = Math.min(6, known.size());
        return known.get(known.size() - 1 - random.nextInt(newest));
    }

    private String key() {
        return (random.nextBoolean() ? "a/" : "ö€😀/") + random.nextInt(60);
    }

    private byte[] value() {
        return ("v" + random.nextInt(5)).repeat(random.nextInt(4)).getBytes(StandardCharsets.UTF_8);
    }
}
