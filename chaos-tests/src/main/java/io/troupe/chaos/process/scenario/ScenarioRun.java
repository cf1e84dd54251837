package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.chaos.check.Budget;
import io.troupe.chaos.check.Checker;
import io.troupe.chaos.check.Convergence;
import io.troupe.chaos.check.Event;
import io.troupe.chaos.check.History;
import io.troupe.chaos.check.HistoryFile;
import io.troupe.chaos.check.Verdict;
import io.troupe.chaos.process.ClusterProcesses;
import io.troupe.chaos.process.HarnessException;
import io.troupe.chaos.process.NodeProcess;
import io.troupe.cluster.ClusterConfig;

/**
 * One run: starts a cluster and clients, brings about one fault after the other, waits until all has healed and
 * settled, and lets every checker judge the history. Nothing of it is left afterwards but the history.
 */
final class ScenarioRun {
    static final String HISTORY = "history.jsonl";

    private static final List<String> CLIENTS = List.of("c1", "c2");
    /** Operations that tell that the cluster works: before the first fault, and after each. */
    private static final int WARM = 100;

    private static final int RECOVERED = 50;
    /** Operations of the others while a fault hits a minority. */
    private static final int MIN_DURING = 20;
    /** After a heal all is as before within this time. */
    private static final Duration SETTLES = ScenarioPlan.LEASE.multipliedBy(10);

    /** A node that is hit must have been replaced after so long: its lease, an election, a retry, and twice that. */
    private static final Duration TAKEN_OVER = ScenarioPlan.LEASE.multipliedBy(4);

    private static final Duration START = Duration.ofMinutes(2);
    /**
     * So many operations are made by a slow machine, too: against fewer, the few that a fault leaves unknown are too
     * many.
     */
    private static final int ENOUGH = 1_500;
    /**
     * The sender of messages goes on after a machine has stood still: otherwise all that it has in flight would be
     * unknown, and the run worth nothing. No longer, for within two thirds of it a client turns to another voter.
     */
    private static final Duration SENDERS_LEASE = ScenarioPlan.LEASE.multipliedBy(2);

    /** Between two faults, so that each meets a cluster that works. */
    private static final Duration CALM = Duration.ofSeconds(2);

    private static final long SEARCH_STEPS = 50_000_000;
    private static final long SEARCH_SECONDS = 30;

    /** Of each register: milliseconds are usual. */
    static final Budget BUDGET = new Budget(SEARCH_STEPS, TimeUnit.SECONDS.toNanos(SEARCH_SECONDS), System::nanoTime);

    private final ScenarioPlan plan;
    private final ClusterProcesses cluster;
    private final List<ClusterActorSystem> clients;
    private final HistoryRecorder recorder;
    private final Consumer<String> progress;
    private final List<Workload> workloads = new ArrayList<>();
    private final Set<Long> counted = new HashSet<>();
    private final List<String> broken = new ArrayList<>();
    private int faults;
    /** Whether some state could not be read back: then nothing can be said about it. */
    private boolean unread;

    private ScenarioRun(
            ScenarioPlan plan,
            ClusterProcesses cluster,
            List<ClusterActorSystem> clients,
            HistoryRecorder recorder,
            Consumer<String> progress) {
        this.plan = plan;
        this.cluster = cluster;
        this.clients = clients;
        this.recorder = recorder;
        this.progress = progress;
    }

    /**
     * Runs a plan.
     *
     * @param plan     what to do
     * @param history  where the history goes; replaced only when the run has come to its end
     * @param progress told in one line what happens
     * @return the verdicts
     * @throws HarnessException if the run could not be made
     */
    static ScenarioResult run(ScenarioPlan plan, Path history, Consumer<String> progress) {
        String lacks = plan.scenario().whyNot();
        if (!lacks.isEmpty()) {
            throw new HarnessException(plan.scenario().word() + " is SKIPPED here: " + lacks);
        }
        ScenarioRun run;
        try (ClusterProcesses cluster = ClusterProcesses.start(plan.cluster())) {
            Path recorded = cluster.root().resolve(HISTORY);
            List<ClusterActorSystem> clients = new ArrayList<>();
            try (HistoryRecorder recorder = new HistoryRecorder(recorded)) {
                for (String client : CLIENTS) {
                    clients.add(startClient(cluster, client));
                }
                run = new ScenarioRun(plan, cluster, clients, recorder, progress);
                run.drive();
            } finally {
                clients.forEach(ClusterActorSystem::close);
            }
            Files.move(recorded, history, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new HarnessException("the history cannot be kept in " + history + ": " + e, e);
        }
        return run.judge(history);
    }

    private static ClusterActorSystem startClient(ClusterProcesses cluster, String nodeId) {
        try {
            ClusterConfig.Builder config = cluster.client(nodeId);
            if (nodeId.equals(CLIENTS.get(0))) {
                config.lease(SENDERS_LEASE);
            }
            return ClusterActorSystem.start(config.build(), Ledger.MESSAGES).join();
        } catch (CompletionException refused) {
            throw new HarnessException("client " + nodeId + " cannot start: " + refused.getCause(), refused);
        }
    }

    private void drive() throws IOException {
        try {
            EnumSet.copyOf(plan.workloads()).forEach(name -> workloads.add(start(name)));
            require(
                    Poll.until(START, () -> acknowledged() >= WARM && !leader().isEmpty()),
                    "the cluster does not work before the first fault: " + acknowledged() + " operations in "
                            + START.toSeconds() + " s, leader '" + leader() + "'");
            countResources(Event.Phase.BEFORE);
            disturb();
            workloads.forEach(Workload::stop);
            if (!Poll.until(SETTLES, () -> inFlight() == 0)) {
                broken.add(
                        inFlight() + " operations have no outcome " + SETTLES.toSeconds() + " s after the last fault");
                progress.accept(cluster.condition());
            }
            int unsettled = workloads.stream().mapToInt(Workload::unsettled).sum();
            if (plan.scenario().losesNothing() && unsettled > 0) {
                broken.add(unsettled + " operations were not done, or nobody knows, although every node left in order");
            }
            settleMaps();
            for (Workload workload : workloads) {
                String failure = workload.conclude(SETTLES);
                if (!failure.isEmpty()) {
                    broken.add(failure);
                    unread = true;
                }
            }
            countResources(Event.Phase.AFTER);
            for (NodeProcess node : cluster.nodes()) {
                recorder.record(BeliefLog.read(
                        node.nodeId(),
                        NodeMain.beliefs(cluster.directory(node.nodeId())),
                        entity -> clients.get(0).cluster().shardOf("ledger", entity)));
            }
        } finally {
            workloads.forEach(Workload::close);
        }
    }

    private Workload start(Workload.Name name) {
        return switch (name) {
            case LEDGER -> new LedgerWorkload(clients.get(0), recorder);
            case REGISTER ->
                new RegisterWorkload(
                        clients.stream().map(client -> client.cluster().store()).toList(), recorder, plan.seed());
        };
    }

    private void disturb() {
        SplittableRandom random = new SplittableRandom(plan.seed());
        long startNs = System.nanoTime();
        Duration lasts = plan.scenario().duration(ScenarioPlan.LEASE);
        Duration round = lasts.plus(CALM);
        do {
            String leader = leader();
            require(Poll.until(START, () -> !leader().isEmpty()), "no node leads");
            strike(
                    plan.scenario()
                            .at(new Scenario.Site(
                                    cluster, leader.isEmpty() ? leader() : leader, CLIENTS, random.split())),
                    lasts);
            Poll.until(CALM, () -> false);
        } while (plan.load().toNanos() - (System.nanoTime() - startNs) > round.toNanos() && broken.isEmpty());
        Poll.until(plan.load().minusNanos(System.nanoTime() - startNs), () -> !broken.isEmpty());
        Poll.until(START, () -> !broken.isEmpty() || acknowledged() >= ENOUGH);
    }

    private void strike(Disturbance disturbance, Duration lasts) {
        String what = plan.scenario().word() + " of " + disturbance.nodes();
        progress.accept(what);
        int before = acknowledged();
        long beginNs = System.nanoTime();
        mark(disturbance, Event.Step.BEGIN);
        try {
            disturbance.begin();
        } catch (HarnessException refused) {
            broken.add(what + ": " + refused.getMessage());
        }
        while (System.nanoTime() - beginNs < lasts.toNanos()) {
            long leftNs = lasts.toNanos() - (System.nanoTime() - beginNs);
            Poll.until(Duration.ofNanos(Math.min(leftNs, Scenario.TICK.toNanos())), () -> false);
            disturbance.tick();
        }
        if (plan.scenario().majorityGoesOn()) {
            others(what, before, beginNs);
        }
        int during = acknowledged() - before;
        try {
            disturbance.end();
        } catch (HarnessException refused) {
            broken.add(what + " cannot be taken back: "
                    + String.valueOf(refused.getMessage())
                            .lines()
                            .reduce("", (first, last) -> last)
                            .strip());
        }
        mark(disturbance, Event.Step.END);
        faults++;
        int healed = acknowledged();
        long healedNs = System.nanoTime();
        if (Poll.until(SETTLES, () -> acknowledged() >= healed + RECOVERED)) {
            progress.accept(what + " is over: " + during + " operations meanwhile, " + RECOVERED + " more "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healedNs) + " ms after it");
        } else {
            broken.add("after " + what + " only " + (acknowledged() - healed) + " operations were done in "
                    + SETTLES.toSeconds() + " s: at least " + RECOVERED);
        }
        for (NodeProcess node : cluster.nodes()) {
            if (!node.isAlive()) {
                broken.add("after " + what + " a node is gone: "
                        + node.condition().lines().collect(Collectors.joining(" ")));
            }
        }
    }

    /**
     * What those owe who are a majority and are not hit. On a machine that stands still for seconds the fault goes on
     * until they have done it.
     */
    private void others(String what, int before, long beginNs) {
        Poll.until(
                SETTLES,
                () -> acknowledged() - before >= MIN_DURING && longestWait().compareTo(TAKEN_OVER) <= 0);
        int during = acknowledged() - before;
        if (during < MIN_DURING) {
            broken.add("during " + what + " the others got " + during + " operations done in "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs) + " ms: at least " + MIN_DURING);
        }
        Duration waits = longestWait();
        if (waits.compareTo(TAKEN_OVER) > 0) {
            broken.add("during " + what + " an operation waits for its outcome since " + waits.toMillis()
                    + " ms: after " + TAKEN_OVER.toMillis() + " ms others must have taken over");
        }
    }

    private Duration longestWait() {
        long nowNs = HistoryRecorder.now();
        long oldestNs = workloads.stream()
                .mapToLong(workload -> workload.oldestOpenSince(nowNs))
                .min()
                .orElse(nowNs);
        return Duration.ofNanos(nowNs - oldestNs);
    }

    private void mark(Disturbance disturbance, Event.Step step) {
        recorder.record(new Event.Fault(HistoryRecorder.now(), plan.scenario().word(), disturbance.nodes(), step));
    }

    /** Asks every node for its shard map until all maps are one and balanced; the last round is the one that counts. */
    private void settleMaps() {
        int[] round = {0};
        List<Event> last = new ArrayList<>();
        boolean settled = Poll.until(SETTLES, () -> {
            round[0]++;
            last.clear();
            for (NodeProcess node : alive()) {
                last.addAll(NodeSnapshot.map(node, cluster.directory(node.nodeId()), round[0]));
            }
            History history = History.of(last);
            return new Convergence().check(history).passes() && everyShardHasAnOwner(last);
        });
        recorder.record(last);
        progress.accept((settled ? "all maps agree after " : "the maps do not agree after ") + round[0] + " looks");
    }

    private static boolean everyShardHasAnOwner(List<Event> events) {
        return events.stream().noneMatch(event -> event instanceof Event.View view && view.owner() == null);
    }

    private void countResources(Event.Phase phase) {
        for (NodeProcess node : alive()) {
            if (phase == Event.Phase.BEFORE || counted.contains(node.pid())) {
                counted.add(node.pid());
                recorder.record(NodeSnapshot.resources(node, cluster.directory(node.nodeId()), phase));
            }
        }
    }

    private List<NodeProcess> alive() {
        return cluster.nodes().stream().filter(NodeProcess::isAlive).toList();
    }

    private String leader() {
        return clients.get(0).cluster().leader().map(leader -> leader.nodeId()).orElse("");
    }

    private int acknowledged() {
        return workloads.stream().mapToInt(Workload::acknowledged).sum();
    }

    private int inFlight() {
        return workloads.stream().mapToInt(Workload::inFlight).sum();
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new HarnessException(otherwise + "\n" + cluster.condition());
        }
    }

    private ScenarioResult judge(Path file) throws HarnessException {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(new Verdict(
                "goes-on-and-heals",
                broken.isEmpty() ? Verdict.Result.PASS : Verdict.Result.FAIL,
                faults,
                "faults",
                String.join("; ", broken),
                broken));
        try {
            Set<Workload.Name> readable = new HashSet<>(plan.workloads());
            if (unread) {
                readable.remove(Workload.Name.LEDGER);
            }
            verdicts.addAll(check(HistoryFile.read(file), readable, BUDGET));
        } catch (IOException e) {
            throw new HarnessException("the history is not readable: " + e.getMessage(), e);
        }
        return new ScenarioResult(plan, verdicts);
    }

    /** {@return what every checker says that has something to check after these workloads} */
    static List<Verdict> check(History history, Set<Workload.Name> workloads, Budget budget) {
        // Not the balance: a node that comes back gets shards only when others lose theirs.
        Set<String> wanted = new HashSet<>(List.of("convergence", "load-under-faults"));
        workloads.forEach(workload -> wanted.addAll(workload.checkers()));
        // After a SIGKILL of all nodes no process is left that could be counted twice.
        if (history.all(Event.Resources.class).stream().anyMatch(sample -> sample.phase() == Event.Phase.AFTER)) {
            wanted.add("leaks");
        }
        return Checker.all(budget).stream()
                .filter(checker -> wanted.contains(checker.name()))
                .map(checker -> checker.check(history))
                .toList();
    }
}
