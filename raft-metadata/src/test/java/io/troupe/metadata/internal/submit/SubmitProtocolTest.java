package io.troupe.metadata.internal.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.state.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Refusals for a missing sequence, and a log that is slow; everything else is in {@link SubmitSimulationTest}. */
class SubmitProtocolTest implements SubmitProtocol.Output, SubmitProtocol.Caller {
    private static final long NOW = 1_000_000_000;

    private final SubmitProtocol submits =
            new SubmitProtocol("n4", new LeaderFinder(List.of("n1", "n2", "n3"), "n1"), this);
    private final List<Message.Tag> sent = new ArrayList<>();
    private int told;

    /** Failures that the test expects are counted, others are loud. */
    private int failures = -1;

    @Override
    public boolean toVoter(String voter, Message message) {
        sent.add(message.tag());
        return true;
    }

    @Override
    public void onSessionEnded(SessionId session) {
        throw new AssertionError(session);
    }

    @Override
    public void onResult(TxnResult result) {
        told++;
    }

    @Override
    public void onFailure(MetadataException failure) {
        if (failures < 0) {
            throw new AssertionError(failure);
        }
        failures++;
    }

    private void submit() {
        submits.offer(new byte[] {1}, 0, this);
        submits.flush(NOW);
    }

    private static Outcome done() {
        return new Outcome.Submitted(List.of(new TxnResult.Succeeded(1, List.of())));
    }

    private static Outcome gap(long lastSequence) {
        return new Outcome.SubmitRefused(Outcome.Refusal.GAP, lastSequence);
    }

    /** The second took another way, was judged before the first, and its answer took longer. */
    @Test
    void aSubmitThatHasOvertakenTheOneBeforeIsSentAgain() {
        submits.onSessionOpened(new SessionId("n4", 7));
        submit();
        submit();
        Message.Tag second = sent.get(1);
        submits.onAnswered(sent.get(0), done(), NOW);
        assertThat(told).isEqualTo(1);
        submits.onAnswered(second, gap(0), NOW);
        submits.flush(submits.nextWakeNs());
        assertThat(sent).hasSize(3);
        assertThat(sent.get(2).number()).isEqualTo(second.number());
        submits.onAnswered(sent.get(2), done(), NOW);
        assertThat(told).isEqualTo(2);
        assertThat(submits.isIdle()).isTrue();
    }

    @Test
    void anAcknowledgedEntryThatTheStoreDoesNotHaveIsLoud() {
        submits.onSessionOpened(new SessionId("n4", 7));
        submit();
        submits.onAnswered(sent.get(0), done(), NOW);
        submit();
        assertThatThrownBy(() -> submits.onAnswered(sent.get(1), gap(0), NOW))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the store's last sequence of " + submits.session()
                        + " is 0, but 1 was answered: an acknowledged entry is lost");
    }

    /** Asks once, and answers every question as late as the log is slow. */
    private int questionsUntilAnswered(long startNs, long tookNs) {
        sent.clear();
        submits.offer(new byte[] {1}, 0, this);
        submits.flush(startNs);
        for (long wake = submits.nextWakeNs(); wake < startNs + tookNs; wake = submits.nextWakeNs()) {
            submits.flush(wake);
        }
        submits.onAnswered(sent.get(0), done(), startNs + tookNs);
        assertThat(submits.isIdle()).isTrue();
        return sent.size();
    }

    private int submitsFor(int transactions, Op read) {
        for (int i = 0; i < transactions; i++) {
            submits.offer(new byte[] {1}, Txn.of(read).readCost(), this);
        }
        submits.flush(NOW);
        int count = sent.size();
        sent.clear();
        submits.failPending(new MetadataException(MetadataException.Code.FAILED, "the test is over"));
        return count;
    }

    /** An answer with many large values would take the memory of the nodes between. */
    @Test
    void readsOfValuesOfAnyLengthAreFewInOneSubmitAndThoseOfSmallOnesMany() {
        failures = 0;
        submits.onSessionOpened(new SessionId("n4", 7));
        assertThat(submitsFor(64, new Op.Get("k"))).isEqualTo(1);
        assertThat(submitsFor(65, new Op.Get("k"))).isEqualTo(2);
        assertThat(submitsFor(32, new Op.GetRange("k", "", Op.GetRange.MAX_KEYS)))
                .isEqualTo(1);
        assertThat(submitsFor(33, new Op.GetRange("k", "", Op.GetRange.MAX_KEYS)))
                .isEqualTo(2);
        assertThat(submitsFor(65, Op.Get.ofSmall("k"))).isEqualTo(1);
        assertThat(submitsFor(SubmitProtocol.MAX_SUBMIT_TXNS, Op.Get.ofSmall("k")))
                .isEqualTo(1);
        assertThat(submitsFor(SubmitProtocol.MAX_SUBMIT_TXNS, new Op.GetRevision("k")))
                .isEqualTo(1);
        assertThat(submitsFor(65, new Op.Delete("k"))).isEqualTo(1);
        assertThat(failures).isEqualTo(64 + 65 + 32 + 33 + 65 + 2 * SubmitProtocol.MAX_SUBMIT_TXNS + 65);
    }

    @Test
    void aSlowLogIsNotTakenForADeadLeader() {
        submits.onSessionOpened(new SessionId("n4", 7));
        long slowNs = 4 * SubmitProtocol.SILENCE_NS;
        long now = NOW;
        assertThat(questionsUntilAnswered(now, slowNs)).isGreaterThan(1);
        for (int i = 0; i < 20; i++) {
            now += 2 * slowNs;
            assertThat(questionsUntilAnswered(now, slowNs - i % 2 * SubmitProtocol.SILENCE_NS))
                    .isEqualTo(1);
        }
        for (int i = 0; i < 50; i++) { // and once it is quick again, a dead leader is noticed as soon as ever
            now += 2 * slowNs;
            assertThat(questionsUntilAnswered(now, 1_000_000)).isEqualTo(1);
        }
        assertThat(submits.patienceNs()).isEqualTo(SubmitProtocol.SILENCE_NS);
    }

    @Test
    void aTransactionCostsWhatItsDearerBranchDoes() {
        assertThat(new Txn(List.of(), List.of(new Op.Delete("k")), List.of(Op.Get.ofSmall("k"), Op.Get.ofSmall("l")))
                        .readCost())
                .isEqualTo(2);
        assertThat(new Txn(List.of(), List.of(new Op.Get("k"), new Op.Get("l")), List.of(Op.Get.ofSmall("k")))
                        .readCost())
                .isEqualTo(2 * Op.VALUE_COST);
    }

    @Test
    void aKeepAliveIsAsPatientAsASubmit() {
        submits.onSessionOpened(new SessionId("n4", 7));
        questionsUntilAnswered(NOW, 4 * SubmitProtocol.SILENCE_NS);
        assertThat(submits.patienceNs()).isGreaterThan(SubmitProtocol.SILENCE_NS);
        SessionProtocol sessions =
                new SessionProtocol("n4", submits, new LeaderFinder(List.of("n1", "n2", "n3"), "n1"), this, 0);
        sessions.renew(new CompletableFuture<>());
        sessions.flush(NOW);
        assertThat(sessions.nextWakeNs()).isEqualTo(NOW + submits.patienceNs());
    }

    @Test
    void noLogIsSoSlowThatADeadLeaderIsNotNoticed() {
        submits.onSessionOpened(new SessionId("n4", 7));
        long now = NOW;
        for (int i = 0; i < 20; i++) {
            now += 200 * SubmitProtocol.SILENCE_NS;
            questionsUntilAnswered(now, 100 * SubmitProtocol.SILENCE_NS);
        }
        assertThat(submits.patienceNs()).isEqualTo(SubmitProtocol.MAX_SILENCE_NS);
    }
}
