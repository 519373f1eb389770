namespace PbKv.Host.Tests.Nodes;

/// <summary>
/// The promise, through the program alone: whatever dies, nothing acknowledged is lost and nothing is done twice.
/// </summary>
public class FailoverTests
{
    [Fact]
    public async Task Killing_the_primary_loses_nothing_and_repeats_nothing()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 3);
        using var shell = Pbkv.Start("shell", "--view", cluster.View);
        var sent = 0;
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 50; i++)
                await AppendAsync(shell, sent++);
            var before = await cluster.StatusAsync(status => status.Synced);
            cluster.Replica(before.Primary!).Send(Signal.Kill);
            for (var i = 0; i < 50; i++)
                await AppendAsync(shell, sent++);
            if (round == 0)
                await cluster.StartReplicaAsync();
            await cluster.StatusAsync(status => status.Number > before.Number && status.Synced);
        }

        await shell.WaitForOutputAsync(text => Lines(text) == sent);
        Assert.All(shell.Output.TrimEnd('\n').Split('\n'), line => Assert.Equal("ok", line));
        var value = string.Concat(Enumerable.Range(0, sent).Select(i => $"{i},"));
        (await cluster.RunAsync("get", "log")).Done(value + "\n");
        var rest = await cluster.StatusAsync(status =>
            status.Synced && Digest(status, status.Primary!) == Digest(status, status.Backup!)
        );
        Assert.True(rest.Number > 2);
    }

    [Fact]
    public async Task A_primary_that_is_told_to_stop_leaves_first_and_no_operation_fails()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 2);
        var before = await cluster.StatusAsync();
        using var shell = Pbkv.Start("shell", "--view", cluster.View);
        for (var i = 0; i < 20; i++)
            await AppendAsync(shell, i);
        var leaving = cluster.Replica(before.Primary!);
        leaving.Send(Signal.Terminate);
        for (var i = 20; i < 200; i++)
            await AppendAsync(shell, i);
        var ended = await leaving.WaitForExitAsync();
        Assert.Equal(0, ended.Code);
        Assert.DoesNotContain("data goes with it", ended.Error);
        await shell.WaitForOutputAsync(text => Lines(text) == 200);
        Assert.All(shell.Output.TrimEnd('\n').Split('\n'), line => Assert.Equal("ok", line));
        (await cluster.RunAsync("get", "log")).Done(
            string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},")) + "\n"
        );
        var after = await cluster.StatusAsync(status =>
            status.Server(before.Primary!).GetProperty("role").GetString() == "left"
        );
        Assert.Equal(before.Backup, after.Primary);
        Assert.Contains(" has left", cluster.ViewProcess.Error);
        Assert.DoesNotContain("ServerDead", cluster.ViewProcess.Error);
    }

    [Fact]
    public async Task A_reset_is_refused_with_an_account_until_the_loss_is_accepted()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 2);
        (await cluster.RunAsync("put", "k", "v")).Done();
        var before = await cluster.StatusAsync();
        string[] reset = ["view", "reset", "--view", cluster.View, "--primary", before.Backup!];
        (await Pbkv.RunAsync(reset)).Failed(2, "--accept-data-loss", "lost", "1 key, ", before.Primary!);
        Assert.Equal(before.Number, (await cluster.StatusAsync()).Number);
        var done = (await Pbkv.RunAsync([.. reset, "--accept-data-loss"])).Done();
        Assert.Contains($"primary {before.Backup}", done.Output);
        Assert.Equal(before.Backup, (await cluster.StatusAsync(status => status.Number > before.Number)).Primary);
        (await cluster.RunAsync("get", "k")).Done("v\n");
        // Behind the number of the reset the position stays as small as it was.
        var text = (await cluster.RunAsync("status")).Done().Output;
        Assert.Matches($@"{before.Backup} +primary .* {before.Number + 1}:\d{{1,2}} ", text);
        (
            await Pbkv.RunAsync(
                "view",
                "reset",
                "--accept-data-loss",
                "--view",
                cluster.View,
                "--primary",
                "127.0.0.1:1"
            )
        ).Failed(1, "127.0.0.1:1");
        (await Pbkv.RunAsync("view", "reset", "--accept-data-loss")).Failed(2, "--primary");
    }

    [Fact]
    public async Task A_view_service_that_lost_its_memory_takes_over_from_a_server_that_is_named_and_nothing_is_lost()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 2);
        (await cluster.RunAsync("put", "k", "v")).Done();
        var before = await cluster.StatusAsync();
        await cluster.RestartViewServiceAsync();

        string[] holders = [before.Primary!, before.Backup!];
        await cluster.StatusAsync(status => Array.TrueForAll(holders, holder => status.Role(holder) == "refused"));
        var text = (await Pbkv.RunAsync("status", "--view", cluster.View)).Done().Output;
        Assert.Contains("lost its memory", text);
        Assert.Contains($"primary of view {before.Number}", text);
        Assert.Contains($"synced backup of view {before.Number}", text);
        string[] reset = ["view", "reset", "--view", cluster.View, "--primary", before.Primary!];
        (await Pbkv.RunAsync(reset)).Failed(
            2,
            $"{before.Primary} (refused, primary of view {before.Number}) primary",
            $"{before.Backup} (refused, synced backup of view {before.Number}) holds 1 key, "
        );
        Assert.Contains("takes over", (await Pbkv.RunAsync([.. reset, "--accept-data-loss"])).Done().Output);

        var after = await cluster.StatusAsync(status => status.Synced);
        Assert.Equal((before.Primary, before.Backup), (after.Primary, after.Backup));
        Assert.True(after.Number > before.Number);
        (await cluster.RunAsync("get", "k")).Done("v\n");
    }

    private static int Lines(string text) => text.Count(c => c == '\n');

    private static string? Digest(Status status, string server) =>
        status.Server(server).GetProperty("digest").GetString();

    private static async Task AppendAsync(Pbkv shell, int number)
    {
        await shell.WriteLineAsync($"append log {number},");
    }
}
