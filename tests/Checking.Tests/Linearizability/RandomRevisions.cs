using PbKv.Protocol;
using Xunit.Abstractions;
using static PbKv.Protocol.OperationKind;

namespace PbKv.Checking.Tests;

public class RandomRevisions(ITestOutputHelper output)
{
    private const OperationKind Change = OperationKind.Change;

    [Fact]
    public void The_checker_agrees_with_brute_force()
    {
        const int Count = 300_000;
        var seed = (ulong)Random.Shared.NextInt64();
        output.WriteLine($"seed {seed}");
        var chance = new Chance(seed);
        int fine = 0,
            wrong = 0;
        long steps = 0;
        for (var i = 0; i < Count; i++)
        {
            var history = RevisionHistory.Small(chance);
            var expected = RevisionBruteForce.IsLinearizable(history.Operations);
            var verdict = LinearizabilityChecker.Check(history.History);
            Assert.True(
                expected == verdict.Ok,
                $"history {i} of seed {seed}: brute force says {expected}, the checker "
                    + $"{verdict.Outcome}\n{string.Join('\n', history.Operations)}\n{verdict.Account}"
            );
            steps += verdict.Steps;
            if (expected)
                fine++;
            else
                wrong++;
        }
        output.WriteLine($"{fine} linearizable, {wrong} not, {steps} steps");
        Assert.True(fine > Count / 3 && wrong > Count / 3);
    }

    [Theory]
    [InlineData(3, 40_000, 0)]
    [InlineData(30, 40_000, 0)]
    [InlineData(5, 25_000, 1)]
    [InlineData(30, 25_000, 1)]
    public void Long_histories_of_one_key_are_checked_quickly(int clients, int count, double percentLost)
    {
        output.WriteLine("seed 1");
        OperationKind[] kinds = [Look, Change, Put, Append];
        var history = RevisionHistory.Long(new Chance(1), clients, count, kinds, percentLost);
        var verdict = LinearizabilityChecker.Check(history.History, 2_000_000);
        output.WriteLine($"{verdict.Steps} steps");
        Assert.True(verdict.Ok, verdict.Account);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_stale_Look_in_a_long_history_is_found(ulong seed) => IsFound(seed, StoreFault.StaleLook);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_Add_that_was_executed_twice_is_found(ulong seed) => IsFound(seed, StoreFault.AddTwice);

    private void IsFound(ulong seed, StoreFault fault)
    {
        output.WriteLine($"seed {seed}");
        var history = RevisionHistory.Long(new Chance(seed), 5, 4_000, [Look, Change, Put, Append], 0, fault);
        var verdict = LinearizabilityChecker.Check(history.History, 5_000_000);
        output.WriteLine($"{verdict.Steps} steps\n{verdict.Account}");
        Assert.Equal(Linearizability.Violated, verdict.Outcome);
    }
}
