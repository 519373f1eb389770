using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PbKv.Host.Tests.Nodes;

public class NodeTests
{
    [Fact]
    public async Task A_node_says_that_it_is_ready_on_standard_output_and_nothing_else_there()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        using var replica = Pbkv.Start("replica", "--view", address);
        var replicaAddress = await replica.ReadyAsync();
        await view.WaitForErrorAsync(log => log.Contains(replicaAddress));
        await replica.WaitForErrorAsync(log => log.Contains("now=Primary"));
        replica.Send(Signal.Terminate);
        view.Send(Signal.Terminate);
        Assert.Equal($"ready view {address}\n", (await view.WaitForExitAsync()).Output);
        Assert.Equal(0, view.ExitCode);
        Assert.Equal($"ready replica {replicaAddress}\n", (await replica.WaitForExitAsync()).Output);
        Assert.Equal(0, replica.ExitCode);
    }

    [Theory]
    [InlineData("view")]
    [InlineData("replica")]
    public async Task A_port_in_use_is_one_line_that_names_it(string role)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString();
        var result = await Pbkv.RunAsync(role, "--port", port);
        result.BesideItsLog().Failed(1, port, "in use", "--port");
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_line_that_blames_the_host_and_not_the_port()
    {
        var result = await Pbkv.RunAsync("view", "--host", "192.0.2.1", "--port", "0");
        result.BesideItsLog().Failed(1, "192.0.2.1", "--host");
        Assert.DoesNotContain("--port", result.Error);
    }

    [Fact]
    public async Task A_wrong_setting_of_Akkas_is_not_blamed_on_the_port() =>
        (await Pbkv.RunAsync("view", "--port", "0", "-D", "akka.loglevel=LOUD"))
            .BesideItsLog()
            .Failed(1, "cannot start: Unknown LogLevel: \"LOUD\"");

    [Fact]
    public async Task The_machine_itself_has_one_name_for_nodes_and_clients()
    {
        using var view = Pbkv.Start("view", "--host", "localhost", "--port", "0");
        var address = await view.ReadyAsync();
        Assert.StartsWith("127.0.0.1:", address);
        var name = address.Replace("127.0.0.1", "LocalHost");
        using var replica = Pbkv.Start("replica", "--view", name);
        var server = await replica.ReadyAsync();
        (await Pbkv.RunAsync("put", "k", "v", "--view", name)).Done();
        (
            await Pbkv.RunAsync("view", "reset", "--view", name, "--primary", server.Replace("127.0.0.1", "localhost"))
        ).Failed(2, "holds", "1 key");
    }

    [Theory]
    [InlineData("--advertise", "view", "--host", "0.0.0.0")]
    [InlineData("--advertise", "replica", "--host", "0.0.0.0")]
    [InlineData("'70000'", "view", "--port", "70000")]
    [InlineData("'here' is no address", "replica", "--advertise", "here")]
    [InlineData("'there' is no address", "replica", "--view", "there")]
    [InlineData("pbkv.ping-interval", "view", "-D", "pbkv.ping-interval=soon")]
    [InlineData("pbkv.dead-pings", "replica", "-D", "pbkv.dead-ping=3")]
    [InlineData("'pbkv view' has no command 'rest'; did you mean 'reset'", "view", "rest")]
    [InlineData("'pbkv replica' has no option '--prt'", "replica", "--prt", "1")]
    [InlineData("'0' is not a number from 1", "demo", "--replicas", "0")]
    [InlineData("pbkv demo --port", "--port", "7", "get", "k")]
    public async Task Wrong_usage_of_a_node_ends_with_code_2(string said, params string[] arguments)
    {
        var result = await Pbkv.RunAsync(arguments);
        result.Failed(2, said);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_config_file_is_read_and_the_command_line_wins_over_it()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("node.conf", "pbkv { host = \"127.0.0.1\", port = 1, ping-interval = 50ms }");
        using var view = Pbkv.Start("view", "--config", file, "-D", "pbkv.port=0", "-D", "akka.loglevel=DEBUG");
        Assert.DoesNotContain(":1\n", await view.ReadyAsync() + "\n");
        var bad = folder.File("bad.conf", "pbkv { prt = 1 }");
        (await Pbkv.RunAsync("view", "--config", bad)).Failed(2, "pbkv.prt", "pbkv.port");
    }

    [Fact]
    public async Task An_advertised_address_is_what_others_are_told()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        var port = Ports.Free();
        using var replica = Pbkv.Start(
            "replica",
            "--view",
            address,
            "--host",
            "0.0.0.0",
            "--port",
            port.ToString(),
            "--advertise",
            $"127.0.0.2:{port}"
        );
        Assert.Equal($"127.0.0.2:{port}", await replica.ReadyAsync());
        (await Pbkv.RunAsync("put", "k", "v", "--view", address)).Done();
        (await Pbkv.RunAsync("get", "k", "--view", address)).Done("v\n");
    }

    [Fact]
    public async Task A_replica_without_its_view_service_keeps_trying_and_says_so_and_serves_when_it_comes()
    {
        var address = $"127.0.0.1:{Ports.Free()}";
        using var replica = Pbkv.Start("replica", "--view", address);
        await replica.ReadyAsync();
        await replica.WaitForErrorAsync(log =>
            log.Contains($"no answer from the view service {address}; still trying")
        );
        using var view = Pbkv.Start("view", "--port", address.Split(':')[1]);
        await view.ReadyAsync();
        (await Pbkv.RunAsync("put", "k", "v", "--view", address)).Done();
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_node_stops_within_five_seconds_of_a_signal(Signal signal)
    {
        await using var cluster = await Cluster.StartAsync(replicas: 1);
        var lone = (await cluster.StatusAsync()).Primary!;
        var replica = cluster.Replica(lone);
        var clock = Stopwatch.StartNew();
        replica.Send(signal);
        var ended = await replica.WaitForExitAsync();
        Assert.Equal(0, ended.Code);
        // The rest is for a busy machine that has to find time for two processes; a lone primary would wait for ever.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
        Assert.Contains("data goes with it", ended.Error);
    }

    [Fact]
    public async Task A_second_signal_stops_at_once()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        using var replica = Pbkv.Start("replica", "--view", address);
        await replica.ReadyAsync();
        await replica.WaitForErrorAsync(log => log.Contains("now=Primary"));
        // A lone primary asks to be replaced, and waits.
        replica.Send(Signal.Terminate);
        await view.WaitForErrorAsync(log => log.Contains("LeaveAsked"));
        replica.Send(Signal.Terminate);
        Assert.Equal(143, (await replica.WaitForExitAsync()).Code);
    }

    [Fact]
    public async Task A_view_service_with_a_data_directory_goes_on_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using var cluster = await Cluster.StartAsync(replicas: 2, "--data", folder.Path);
        (await cluster.RunAsync("put", "k", "v")).Done();
        var before = await cluster.StatusAsync();
        await cluster.RestartViewServiceAsync();
        var after = await cluster.StatusAsync(status => status.Json.GetProperty("servers").GetArrayLength() == 2);
        Assert.Equal((before.Number, before.Primary, before.Backup), (after.Number, after.Primary, after.Backup));
        (await cluster.RunAsync("get", "k")).Done("v\n");
    }

    [Fact]
    public async Task A_damaged_memory_of_a_view_service_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.File("view.pbkv", "what it never wrote");
        (await Pbkv.RunAsync("view", "--port", "0", "--data", folder.Path)).Failed(1, folder.Path, "damaged");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_or_is_taken_is_one_line_that_says_which()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("file", "");
        (await Pbkv.RunAsync("view", "--port", "0", "--data", file)).Failed(1, file, "cannot be made");
        (await Pbkv.RunAsync("view", "--port", "0", "--data", "")).Failed(1, "is ''", "--data", "in memory");
        using var view = Pbkv.Start("view", "--port", "0", "--data", folder.Path);
        await view.ReadyAsync();
        (await Pbkv.RunAsync("view", "--port", "0", "--data", folder.Path)).Failed(
            1,
            folder.Path,
            "another view service"
        );
    }

    [Fact]
    public async Task A_cluster_that_waits_says_for_whom_and_what_is_left_to_do()
    {
        using var view = Pbkv.Start("view", "--port", "0");
        var address = await view.ReadyAsync();
        using var replica = Pbkv.Start("replica", "--view", address);
        var lost = await replica.ReadyAsync();
        await Status.UntilAsync(address, status => status.Acknowledged);
        replica.Send(Signal.Kill);
        await Status.UntilAsync(
            address,
            status => status.Json.GetProperty("view").GetProperty("waitingFor").GetString() is not null
        );
        var text = (await Pbkv.RunAsync("status", "--view", address)).Done().Output;
        Assert.Contains($"waiting for {lost}", text);
        Assert.Contains("pbkv view reset", text);
        var refused = await Pbkv.RunAsync("view", "reset", "--view", address, "--primary", "127.0.0.1:1");
        refused.Failed(2, "knows no server 127.0.0.1:1");
        Assert.DoesNotContain("--accept-data-loss", refused.Error);
    }

    [Fact]
    public async Task A_cluster_that_waits_for_a_server_that_lives_says_nothing_of_data_loss()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 2);
        var status = await cluster.StatusAsync();
        Assert.True(await cluster.Replica(status.Primary!).PauseAsync(Child.Patience), "it stands still");
        cluster.Replica(status.Backup!).Send(Signal.Kill);
        await cluster.StatusAsync(later =>
            later.Json.GetProperty("view").GetProperty("waitingFor").GetString() is not null
        );
        var text = (await cluster.RunAsync("status")).Done().Output;
        Assert.Contains($"waiting for {status.Primary}", text);
        // It may count as dead by now, on a busy machine.
        Assert.NotEqual(text.Contains($"{status.Primary}  primary "), text.Contains("pbkv view reset"));
    }

    [Fact]
    public async Task While_the_view_service_is_away_a_pair_goes_on_answering_those_who_know_it()
    {
        await using var cluster = await Cluster.StartAsync(replicas: 2);
        using var shell = Pbkv.Start("shell", "--view", cluster.View);
        await shell.WriteLineAsync("put k v");
        await shell.WaitForOutputAsync(text => text == "ok\n");
        cluster.ViewProcess.Send(Signal.Kill);
        await cluster.ViewProcess.WaitForExitAsync();
        await shell.WriteLineAsync("append k w\nget k");
        await shell.WaitForOutputAsync(text => text == "ok\nok\nok vw\n");
    }
}
