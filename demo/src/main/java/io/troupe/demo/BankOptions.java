package io.troupe.demo;

import io.troupe.demo.input.BadInputException;

/**
 * What one run of the bank does, checked.
 *
 * @param launch    the nodes
 * @param accounts  how many accounts
 * @param transfers how many transfers
 * @param by        what moves the money
 */
record BankOptions(LaunchOptions launch, int accounts, int transfers, TransferBy by) {
    private static final int MAX_ACCOUNTS = 1_000_000;

    BankOptions {
        if (accounts < 2 || accounts > MAX_ACCOUNTS) {
            throw new BadInputException("--accounts must be 2 to " + MAX_ACCOUNTS + ", but was " + accounts);
        }
    }
}
