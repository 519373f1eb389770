namespace PbKv.Host.Tests.Client;

public class UnreachableTests
{
    [Theory]
    [InlineData("get", "k")]
    [InlineData("put", "k", "v")]
    [InlineData("status")]
    [InlineData("load", "--keys", "10")]
    [InlineData("view", "reset", "--accept-data-loss", "--primary", "127.0.0.1:1")]
    public async Task An_unreachable_view_service_is_one_line_and_surely_nothing_was_executed(params string[] arguments)
    {
        var view = $"127.0.0.1:{Ports.Free()}";
        var result = await Pbkv.RunAsync([.. arguments, "--view", view, "--timeout", "700ms"]);
        result.Failed(1, view, "700");
    }

    [Theory]
    [InlineData("get", "k")]
    [InlineData("put", "k", "v")]
    [InlineData("status")]
    public async Task A_server_that_is_taken_for_the_view_service_is_told_with_the_way_there(params string[] arguments)
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        using var replica = Pbkv.Start("replica", "--view", address);
        var server = await replica.ReadyAsync();
        (await Pbkv.RunAsync([.. arguments, "--view", server])).Failed(1, $"{server} is a server", address);
    }

    [Fact]
    public async Task An_address_needs_no_quotes_in_a_setting_on_the_command_line() =>
        (
            await Pbkv.RunAsync(
                "get",
                "k",
                "-D",
                "pbkv.view-services=127.0.0.1:1,127.0.0.1:2",
                "-D",
                "pbkv.clerk.deadline=300ms"
            )
        ).Failed(1, "127.0.0.1:1", "300");

    [Fact]
    public async Task The_status_of_nobody_blames_the_view_service_and_no_primary()
    {
        var view = $"127.0.0.1:{Ports.Free()}";
        var result = await Pbkv.RunAsync("status", "--view", view, "--timeout", "300ms");
        result.Failed(1, $"no answer within 300ms from the view service at {view}", "--view");
    }

    [Fact]
    public async Task Watched_status_shows_within_seconds_that_nobody_answers_whatever_the_timeout()
    {
        var view = $"127.0.0.1:{Ports.Free()}";
        using var watch = Pbkv.Start("status", "--watch", "--json", "--view", view, "--timeout", "infinite");
        await watch.WaitForOutputAsync(text => text.Contains($"no answer within 2s from the view service at {view}"));
        watch.Send(Signal.Interrupt);
        (await watch.WaitForExitAsync()).Done();
    }

    [Fact]
    public async Task A_view_service_without_a_server_that_could_answer_executes_nothing()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        (await Pbkv.RunAsync("put", "k", "v", "--view", address, "--timeout", "700ms")).Failed(1);
    }

    [Fact]
    public async Task What_may_have_been_sent_before_the_deadline_has_an_unknown_outcome()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 1);
        var status = await cluster.StatusAsync();
        (await cluster.RunAsync("put", "k", "v")).Done();
        using var shell = Pbkv.Start("shell", "--view", cluster.View, "--timeout", "4s");
        using var load = Pbkv.Start(
            "load",
            "--keys",
            "1000000000",
            "--json",
            "--view",
            cluster.View,
            "--timeout",
            "4s"
        );
        await shell.WriteLineAsync("put k v");
        await shell.WaitForOutputAsync(text => text == "ok\n");
        await cluster.StatusAsync(now => now.Server(status.Primary!).GetProperty("keys").GetInt64() > 1);
        Assert.True(await cluster.Replica(status.Primary!).PauseAsync(Child.Patience), "it stands still");
        await shell.WriteLineAsync("put k w");
        await shell.WaitForOutputAsync(text =>
            text.StartsWith("ok\nerror DeadlinePassed ", StringComparison.Ordinal) && text.Contains("unknown")
        );
        var ended = await load.WaitForExitAsync();
        Assert.Equal(3, ended.Code);
        Assert.Contains("\"error\":\"DeadlinePassed\"", ended.Error);
        Assert.Contains("\"outcome\":\"unknown\"", ended.Error);
    }
}
