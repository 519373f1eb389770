using PbKv.Protocol;
using Xunit.Abstractions;
using static PbKv.Protocol.OperationKind;

namespace PbKv.Checking.Tests;

public class RandomHistories(ITestOutputHelper output)
{
    [Fact]
    public void The_checker_agrees_with_brute_force()
    {
        const int Count = 1_000_000;
        var seed = (ulong)Random.Shared.NextInt64();
        output.WriteLine($"seed {seed}");
        var chance = new Chance(seed);
        int fine = 0,
            wrong = 0;
        for (var i = 0; i < Count; i++)
        {
            var history = RandomHistory.Small(chance, out var operations);
            var expected = BruteForce.IsLinearizable(operations);
            var verdict = LinearizabilityChecker.Check(history);
            Assert.True(
                expected == verdict.Ok,
                $"history {i} of seed {seed}: brute force says {expected}, the checker "
                    + $"{verdict.Outcome}\n{string.Join('\n', operations)}"
            );
            if (expected)
                fine++;
            else
                wrong++;
        }
        output.WriteLine($"{fine} linearizable, {wrong} not");
        Assert.True(fine > Count / 6 && wrong > Count / 6);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(8, true)]
    [InlineData(30, false)]
    public void Long_histories_of_one_key_are_checked_quickly(int clients, bool losing)
    {
        output.WriteLine($"seed {clients}");
        var history = RandomHistory.Long(
            new Chance((ulong)clients),
            clients,
            40_000,
            losing,
            losing ? [Get, Put, Append] : [Get, Put, PutHash, Append]
        );
        var verdict = LinearizabilityChecker.Check(history, 2_000_000);
        output.WriteLine($"{verdict.Steps} steps");
        Assert.True(verdict.Ok, verdict.Account);
    }

    [Fact]
    public void Appends_that_are_read_only_at_the_end_are_put_in_order_at_once()
    {
        var history = RandomHistory.Long(new Chance(7), 30, 5000, losing: true, [Append]);
        var verdict = LinearizabilityChecker.Check(history, 100_000);
        output.WriteLine($"{verdict.Steps} steps");
        Assert.True(verdict.Ok, verdict.Account);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_stale_read_in_a_long_history_is_found(ulong seed)
    {
        output.WriteLine($"seed {seed}");
        var history = RandomHistory.Long(
            new Chance(seed),
            5,
            4_000,
            losing: false,
            [Get, Put, Append],
            staleRead: true
        );
        Assert.Equal(Linearizability.Violated, LinearizabilityChecker.Check(history, 5_000_000).Outcome);
    }
}
