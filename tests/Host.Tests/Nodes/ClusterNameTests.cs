namespace PbKv.Host.Tests.Nodes;

/// <summary>What names do against mistakes.</summary>
public class ClusterNameTests
{
    [Fact]
    public async Task Whoever_is_of_a_cluster_of_another_name_is_refused_and_both_ends_say_so()
    {
        using var view = Pbkv.Start("view", "--port", "0", "-D", "pbkv.cluster=blue");
        var address = await view.ReadyAsync();
        using var replica = Pbkv.Start("replica", "--view", address, "-D", "pbkv.cluster=green");
        var server = await replica.ReadyAsync();
        await view.WaitForErrorAsync(log => Says(log, server, "'green'", "'blue'"));
        await replica.WaitForErrorAsync(log => Says(log, address, "'blue'", "-D pbkv.cluster=blue"));
        var status = await Pbkv.RunAsync("status", "--view", address, "-D", "pbkv.cluster=blue");
        Assert.DoesNotContain(server, status.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "k")]
    [InlineData("status")]
    [InlineData("view", "reset", "--accept-data-loss", "--primary", "127.0.0.1:1")]
    public async Task A_client_of_another_name_is_told_at_once(params string[] command)
    {
        using var view = Pbkv.Start("view", "--port", "0", "-D", "pbkv.cluster=blue");
        var address = await view.ReadyAsync();
        var result = await Pbkv.RunAsync([.. command, "--view", address]);
        Assert.NotEqual(0, result.Code);
        Assert.True(Says(result.Error, address, "'blue'", "pbkv.cluster=blue"), result.Error);
        await view.WaitForErrorAsync(log => Says(log, "'default'", "is refused"));
    }

    [Fact]
    public async Task A_new_cluster_is_said_and_can_be_forbidden()
    {
        using var kept = new TemporaryFolder();
        var folder = kept.Path;
        var refused = await Pbkv.RunAsync("view", "--port", "0", "--data", folder, "--no-new-cluster");
        refused.BesideItsLog().Failed(1, "no cluster", folder, "--no-new-cluster");
        using (var first = Pbkv.Start("view", "--port", "0", "--data", folder))
        {
            await first.WaitForErrorAsync(log => Says(log, "NewCluster"));
            await first.ReadyAsync();
        }
        using var again = Pbkv.Start("view", "--port", "0", "--data", folder, "--no-new-cluster");
        await again.ReadyAsync();
        Assert.DoesNotContain("NewCluster", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_keeps_the_name_of_its_cluster_and_no_other_one_starts_on_it()
    {
        using var folder = new TemporaryFolder();
        using (var blue = Pbkv.Start("view", "--port", "0", "--data", folder.Path, "-D", "pbkv.cluster=blue"))
            await blue.ReadyAsync();
        var green = await Pbkv.RunAsync("view", "--port", "0", "--data", folder.Path, "-D", "pbkv.cluster=green");
        green.BesideItsLog().Failed(1, folder.Path, "'blue'", "'green'", "-D pbkv.cluster=blue", "--data");
        using var again = Pbkv.Start("view", "--port", "0", "--data", folder.Path, "-D", "pbkv.cluster=blue");
        await again.ReadyAsync();
    }

    private static bool Says(string log, params string[] words) =>
        log.Split('\n').Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal)));
}
