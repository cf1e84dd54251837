package io.troupe.chaos.mutant;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs a test class on whatever cores its class loader finds; called from outside that loader. */
public final class TestProbe {
    private TestProbe() {}

    /**
     * Runs all tests of a class.
     *
     * @param testClass its name
     * @return the first test that fails, or null if all pass
     * @throws IllegalStateException if the class has no test that runs
     */
    public static @Nullable String firstSign(String testClass) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(testClass))
                .build();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        if (summary.getTestsStartedCount() == 0) {
            throw new IllegalStateException(testClass + " has no test that runs");
        }
        return summary.getFailures().stream()
                .map(failure -> failure.getTestIdentifier().getDisplayName())
                .sorted()
                .findFirst()
                .orElse(null);
    }
}
