package io.troupe.metadata.internal.submit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

import io.troupe.metadata.MetadataView;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side: collects the commands of all nodes into log entries, and answers each node when its entry has been
 * applied here. On a voter that does not lead it answers {@link Message.NotLeading}, which never means refused.
 *
 * <p>A submit that is asked for again while it waits here takes no second place in the log: a node that repeats itself
 * because the log is slow must not make it slower. Only where the first was refused for what came before it, the repeat
 * is put into the log after all.
 *
 * <p>Up to {@link #MAX_ENTRIES} entries are in flight; what arrives meanwhile shares the next one. Renewals share one
 * {@link Command.Tick} per tick, answered with its outcome: the commit proves that this node still leads. When an entry
 * comes back without an outcome, its commands may still be applied, by a later leader too, so their senders are told to
 * ask again.
 *
 * <p>While a node wants the data of the group to stand still ({@link Holds}), submits wait before the queue, and
 * renewals do not wait for the next tick.
 *
 * <p>Pure: time is a parameter, {@link Output} is the only way out. Confined to the metadata thread.
 */
public final class LeaderGateway {
    /** Log entries in flight. */
    public static final int MAX_ENTRIES = 3;

    /** Longest entry, in bytes, unless its first command is longer; far below what Ratis can append at once. */
    public static final int MAX_ENTRY_LENGTH = 1 << 20;

    /** Commands waiting for an entry, in bytes; beyond it they are dropped, and their senders ask again. */
    public static final int MAX_WAITING_LENGTH = 16 << 20;

    /** Ticks in flight: a slow log must not fill with them. */
    private static final int MAX_TICKS = 2;

    private final String nodeId;
    private final long tickNs;
    private final Output output;
    private final LeaseTable leases;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private final Holds holds = new Holds();

    /** Submits that came while there was a hold, to follow what is in the queue. */
    private final ArrayDeque<Asked> held = new ArrayDeque<>();

    private final TreeMap<Long, List<Waiting>> entries = new TreeMap<>();

    /** Every submit in the queue or in an entry. */
    private final HashMap<Submit, Asked> submits = new HashMap<>();

    /** Renewals for the next tick: at most one per node, the newest. */
    private final TreeMap<String, Renewal> renewals = new TreeMap<>();

    private @Nullable Leader knownLeader;
    private boolean leading;

    /** The leadership's first entry is neither applied nor on its way: it has to be proposed again. */
    private boolean leadLost;

    /** Always the sum of the command lengths of all that is queued or held. */
    private long waitingLength;

    private long lastEntry;
    private long nextTickNs;
    private int ticksInFlight;
    private long dropped;

    /** How the gateway reaches the world. */
    public interface Output {
        /**
         * Appends an entry to the log; {@link #onApplied} or {@link #onUnknown} follows.
         *
         * @param entry    names it
         * @param commands its encoded commands
         */
        void propose(long entry, List<byte[]> commands);

        /**
         * Answers a node.
         *
         * @param nodeId  the node, which may be this one
         * @param message the answer
         */
        void answer(String nodeId, Message message);
    }

    /** Names a submit, whatever the attempt. */
    private record Submit(String origin, long life, long sequence) {}

    private record Renewal(Message.Tag tag, SessionId session) {}

    /** A command on its way. */
    private sealed interface Waiting {
        byte[] command();
    }

    /** Some node's command, and where its answer goes. */
    private static final class Asked implements Waiting {
        final byte[] command;
        final String origin;
        final Message.Tag tag;

        /** The newest of the questions since that were the same. */
        Message.@Nullable Tag repeat;

        Asked(byte[] command, String origin, Message.Tag tag) {
            this.command = command;
            this.origin = origin;
            this.tag = tag;
        }

        @Override
        public byte[] command() {
            return command;
        }

        Message.Tag newest() {
            Message.Tag newer = repeat;
            return newer == null ? tag : newer;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Ticking(byte[] command, List<Renewal> renewals) implements Waiting {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Expiring(byte[] command, SessionId session) implements Waiting {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Leading(byte[] command) implements Waiting {}

    /**
     * A gateway that does not lead.
     *
     * @param nodeId this node
     * @param tickNs how often sessions are renewed and checked
     * @param output appends and answers
     */
    public LeaderGateway(String nodeId, long tickNs, Output output) {
        this.nodeId = nodeId;
        this.tickNs = tickNs;
        this.output = output;
        this.leases = new LeaseTable(tickNs);
    }

    /** {@return true between {@link #onLeading} and {@link #onNotLeading}} */
    public boolean isLeading() {
        return leading;
    }

    /** {@return commands dropped because too much was waiting} */
    public long dropped() {
        return dropped;
    }

    /** {@return when {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE} */
    public long nextWakeNs() {
        boolean ticks = leading && (leadLost || !leases.isEmpty() || !renewals.isEmpty());
        return Math.min(ticks ? nextTickNs : Long.MAX_VALUE, holds.nextEndNs());
    }

    /**
     * A leader was heard of, this node or another.
     *
     * @param leader the leader, or null if it was lost
     */
    public void onLeader(@Nullable Leader leader) {
        knownLeader = leader;
    }

    /**
     * This node leads and has applied all entries of earlier terms. Its first entry says so.
     *
     * @param state its state
     * @param nowNs the time
     */
    public void onLeading(StateView state, long nowNs) {
        onNotLeading();
        leading = true;
        List<MetadataView.Session> sessions = new ArrayList<>();
        state.forEachSession(sessions::add);
        leases.begin(sessions, nowNs);
        nextTickNs = nowNs + tickNs;
        enqueue(new Leading(EntryCodec.encodeCommand(new Command.Lead(nodeId))));
    }

    /** This node no longer leads; whatever it has not answered has an unknown outcome. */
    public void onNotLeading() {
        leading = false;
        leadLost = false;
        List<Waiting> unknown = new ArrayList<>(queue);
        entries.values().forEach(unknown::addAll);
        unknown.addAll(held);
        holds.clear();
        held.clear();
        queue.clear();
        waitingLength = 0;
        entries.clear();
        submits.clear();
        unknown.forEach(this::onUnknown);
        ticksInFlight = 0;
        renewals.values().forEach(this::answerNotLeading);
        renewals.clear();
    }

    /**
     * A node asks for something.
     *
     * @param origin  the node
     * @param message what it asks
     */
    public void onMessage(String origin, Message message) {
        if (!leading) {
            output.answer(origin, new Message.NotLeading(message.tag(), knownLeader));
        } else if (message instanceof Message.Renew renew) {
            if (renew.session().nodeId().equals(origin)) {
                renewals.put(origin, new Renewal(renew.tag(), renew.session()));
            }
        } else if (message instanceof Message.Propose propose) {
            Asked same = submits.get(submit(origin, propose.tag()));
            if (same != null) {
                same.repeat = propose.tag();
                return;
            }
            if (waitingLength + propose.command().length > MAX_WAITING_LENGTH) {
                dropped++; // Late is safe: the sender repeats it when the silence has lasted too long.
                return;
            }
            ask(new Asked(propose.command(), origin, propose.tag()));
        }
    }

    private void ask(Asked asked) {
        if (asked.tag.kind() == Message.Kind.SUBMIT) {
            submits.put(submit(asked.origin, asked.tag), asked);
            if (holds.stand()) {
                held.add(asked);
                waitingLength += asked.command.length;
                return;
            }
        }
        enqueue(asked);
    }

    /**
     * A node wants the data of this group to stand still, or no longer. Without meaning on a voter that does not lead.
     *
     * @param origin the node
     * @param forNs  for how long, at most five seconds; 0 if no longer
     * @param nowNs  the time
     */
    public void onHold(String origin, long forNs, long nowNs) {
        if (leading) {
            holds.set(origin, forNs, nowNs);
        }
    }

    private static Submit submit(String origin, Message.Tag tag) {
        return new Submit(origin, tag.life(), tag.number());
    }

    /**
     * Ticks when it is time, and fills entries. Called after events and at {@link #nextWakeNs}.
     *
     * @param nowNs      the time
     * @param wallMillis the time of day, for the log
     */
    public void flush(long nowNs, long wallMillis) {
        holds.expire(nowNs);
        if (!holds.stand()) {
            queue.addAll(held);
            held.clear();
        }
        boolean urgent = holds.stand() && !renewals.isEmpty() && ticksInFlight < MAX_TICKS;
        if (leading && (urgent || nowNs - nextTickNs >= 0)) {
            tick(nowNs, wallMillis);
        }
        while (leading && entries.size() < MAX_ENTRIES && !queue.isEmpty()) {
            proposeNext();
        }
    }

    /**
     * An entry of this leadership was applied here.
     *
     * @param entry    as given to {@link Output#propose}
     * @param outcomes one per command
     * @param view     a state that has the entry
     * @param nowNs    the time
     */
    public void onApplied(long entry, List<Outcome> outcomes, MetadataView view, long nowNs) {
        List<Waiting> waiting = entries.remove(entry);
        if (waiting == null) {
            return; // Of an earlier leadership: its senders were told to ask again.
        }
        if (waiting.size() != outcomes.size()) {
            throw new IllegalStateException(
                    "entry " + entry + " of " + waiting.size() + " commands has " + outcomes.size() + " outcomes");
        }
        for (int i = 0; i < outcomes.size(); i++) {
            onOutcome(waiting.get(i), outcomes.get(i), view, nowNs);
        }
    }

    /**
     * An entry came back without an outcome: it may be applied later, or never.
     *
     * @param entry as given to {@link Output#propose}
     */
    public void onUnknown(long entry) {
        List<Waiting> waiting = entries.remove(entry);
        if (waiting != null) {
            waiting.forEach(this::onUnknown);
        }
    }

    private void onOutcome(Waiting waiting, Outcome outcome, MetadataView view, long nowNs) {
        if (waiting instanceof Asked asked) {
            if (outcome instanceof Outcome.SessionOpened opened) {
                leases.renewed(view.session(opened.session().nodeId()), nowNs);
            } else if (outcome instanceof Outcome.SessionEnded) {
                leases.ended(new SessionId(asked.origin, asked.tag.life()));
            }
            if (asked.tag.kind() == Message.Kind.SUBMIT) {
                submits.remove(submit(asked.origin, asked.tag));
                Message.Tag repeat = asked.repeat;
                if (repeat != null && isGap(outcome)) {
                    ask(new Asked(asked.command, asked.origin, repeat));
                    return;
                }
            }
            output.answer(asked.origin, new Message.Answered(asked.tag, outcome));
        } else if (waiting instanceof Ticking tick && outcome instanceof Outcome.Ticked ticked) {
            ticksInFlight--;
            for (Renewal renewal : tick.renewals) {
                String node = renewal.session.nodeId();
                if (!ticked.ended().contains(renewal.session)) {
                    leases.renewed(view.session(node), nowNs);
                }
                output.answer(node, new Message.Answered(renewal.tag, ticked));
            }
        } else if (waiting instanceof Expiring expiring) {
            leases.ended(expiring.session);
            leases.renewed(view.session(expiring.session.nodeId()), nowNs); // Renewed after all, or a later life.
        }
    }

    private static boolean isGap(Outcome outcome) {
        return outcome instanceof Outcome.SubmitRefused refused && refused.why() == Outcome.Refusal.GAP;
    }

    private void onUnknown(Waiting waiting) {
        if (waiting instanceof Asked asked) {
            submits.remove(submit(asked.origin, asked.tag), asked);
            output.answer(asked.origin, new Message.NotLeading(asked.newest(), knownLeader));
        } else if (waiting instanceof Ticking tick) {
            ticksInFlight--;
            tick.renewals.forEach(this::answerNotLeading);
        } else if (waiting instanceof Expiring expiring) {
            leases.expiryUnknown(expiring.session);
        } else if (waiting instanceof Leading) {
            leadLost = leading;
        }
    }

    private void answerNotLeading(Renewal renewal) {
        output.answer(renewal.session.nodeId(), new Message.NotLeading(renewal.tag, knownLeader));
    }

    /** Renewals go before expiries: a session that is renewed in this very tick is not overdue. */
    private void tick(long nowNs, long wallMillis) {
        nextTickNs = nowNs + tickNs;
        if (leadLost) {
            leadLost = false;
            enqueue(new Leading(EntryCodec.encodeCommand(new Command.Lead(nodeId))));
        }
        List<Command.ExpireSession> overdue = leases.overdue(nowNs);
        boolean needed = !renewals.isEmpty() || !leases.isEmpty();
        if (needed && ticksInFlight < MAX_TICKS) {
            List<Renewal> renewed = List.copyOf(renewals.values());
            renewals.clear();
            ticksInFlight++;
            Command tick = new Command.Tick(
                    wallMillis, renewed.stream().map(Renewal::session).toList());
            enqueue(new Ticking(EntryCodec.encodeCommand(tick), renewed));
        }
        overdue.forEach(expiry -> enqueue(new Expiring(EntryCodec.encodeCommand(expiry), expiry.session())));
    }

    private void enqueue(Waiting waiting) {
        queue.add(waiting);
        waitingLength += waiting.command().length;
    }

    private void proposeNext() {
        List<Waiting> entry = new ArrayList<>();
        List<byte[]> commands = new ArrayList<>();
        long length = 0;
        for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
            if (length + next.command().length > MAX_ENTRY_LENGTH && !entry.isEmpty()) {
                break;
            }
            queue.remove();
            length += next.command().length;
            entry.add(next);
            commands.add(next.command());
        }
        waitingLength -= length;
        entries.put(++lastEntry, entry);
        output.propose(lastEntry, commands);
    }
}
