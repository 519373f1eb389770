namespace PbKv.Host.Tests.Nodes;

/// <summary>Who is one of several view services: with what it kept, without, and with what others kept.</summary>
public class ViewServiceMembersTests
{
    /// <summary>Of the last release in which a view service was always alone, at view 2.</summary>
    private const string Version1 =
        "UEJLVlZJRVcBgAAAAH2cauPDuIHRfZxq48O4gdECAw8xMjcuMC4wLjE6MjE5ODiOjZHOojQPMTI3LjAuMC4xOjIxOTg5poyRzqI0AQEBfZxq"
        + "48O4gdECAw8xMjcuMC4wLjE6MjE5ODiOjZHOojQPMTI3LjAuMC4xOjIxOTg5poyRzqI0AQdkZWZhdWx0+NbNqYDqYlgrmdfDIAWckV/oFJ1d"
        + "I6MIlxvAt3l51hk=";

    [Fact]
    public async Task One_that_lost_its_disk_is_taken_in_again_and_is_as_good_as_before()
    {
        await using var group = await Group.StartAsync(servers: 2);
        await group.Client.PutAsync("k", "v");
        var acting = await group.ActingAsync();
        await Group.KillAsync(acting);
        Directory.Delete(group.DirectoryOf(acting.Name), recursive: true);
        await Group.StartAsync(acting);
        var whole = await group.UntilTogetherAsync();

        // Without another one nobody could act but for the one that came back.
        await Group.KillAsync(group.ViewService(Group.ActingIn(whole)!));
        var after = await group.UntilAsync(status => Group.ActingIn(status) is not null, "a view service that acts");
        Assert.Equal((whole.View, whole.Primary, whole.Backup), (after.View, after.Primary, after.Backup));
        Assert.Equal("v", await group.Client.GetAsync("k"));
    }

    [Fact]
    public async Task One_with_the_directory_of_another_cluster_is_refused_and_both_say_so()
    {
        await using var group = await Group.StartAsync(servers: 1);
        await group.UntilTogetherAsync();
        var wrong = group.ViewService("c");
        await Group.KillAsync(wrong);
        Directory.Delete(group.DirectoryOf("c"), recursive: true);
        using (var other = Pbkv.Start("view", "--port", "0", "--data", group.DirectoryOf("c")))
            await other.ReadyAsync();
        await Group.StartAsync(wrong);
        await wrong.Life.WaitForErrorAsync(SaysSo);
        await Task.WhenAny(
            group.ViewService("a").Life.WaitForErrorAsync(SaysSo),
            group.ViewService("b").Life.WaitForErrorAsync(SaysSo)
        );
        await group.UntilAsync(status => Group.ActingIn(status) is "a" or "b", "one of the others that acts");

        static bool SaysSo(string log) =>
            log.Contains("they do not work together", StringComparison.Ordinal)
            && log.Contains("the directory of another cluster", StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_alone_becomes_the_first_of_three_and_keeps_its_cluster()
    {
        using var folder = new TemporaryFolder();
        var directory = Path.Combine(folder.Path, "a");
        await using var cluster = await ProcessCluster.StartAsync(2, Cluster.Patient, ["--data", directory]);
        await cluster.Client.PutAsync("k", "v");
        var before = await cluster.Client.StatusAsync();
        var address = cluster.Address;
        List<(string Id, string Address)> peers =
        [
            ("a", address),
            .. Ports.Free(2).Zip(["b", "c"], (port, id) => (id, $"127.0.0.1:{port}")),
        ];
        await cluster.ViewService.EndAsync(Signal.Terminate, Child.Patience);
        using var first = Member("a");
        using var second = Member("b");
        using var third = Member("c");
        await Group.StartAsync(first, second, third);
        var after = await cluster.LookUntilAsync(Group.IsTogether, "three view services");
        Assert.Equal((before.View, before.Primary, before.Backup), (after.View, after.Primary, after.Backup));

        // The servers were told of the first one alone.
        await Group.KillAsync(first, cluster.Server(before.Primary!));
        await cluster.LookUntilAsync(status => status.Primary == before.Backup, "the backup as primary");
        (await Pbkv.RunAsync("get", "k", "--view", string.Join(',', peers.Select(peer => peer.Address)))).Done("v\n");

        ProcessNode Member(string id) =>
            ProcessCluster.ViewServiceNode(id, peers, Path.Combine(folder.Path, id), Cluster.Patient);
    }

    [Fact]
    public async Task What_a_view_service_of_an_earlier_release_kept_is_what_three_begin_with()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "a"));
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "a", "view.pbkv"), Convert.FromBase64String(Version1));
        var peers = Ports.Free(3).Zip(["a", "b", "c"], (port, id) => (Id: id, Address: $"127.0.0.1:{port}")).ToList();
        var members = peers
            .Select(peer =>
                ProcessCluster.ViewServiceNode(peer.Id, peers, Path.Combine(folder.Path, peer.Id), Cluster.Patient)
            )
            .ToList();
        await using var cluster = await ProcessCluster.StartAsync(members, [], ProcessCluster.ClientAt(null), default);
        await cluster.LookUntilAsync(Group.IsTogether, "three view services");
        await Group.KillAsync(members[0]);
        var status = await cluster.LookUntilAsync(
            status => Group.ActingIn(status) is "b" or "c",
            "another one that acts"
        );
        Assert.Equal((2, "127.0.0.1:21988", "127.0.0.1:21989"), (status.View, status.Primary, status.Backup));
    }

    [Fact]
    public async Task All_are_replaced_one_by_one_and_servers_that_were_told_of_the_first_ones_follow_the_last()
    {
        await using var group = await Group.StartAsync(servers: 2);
        await group.WorkAsync();
        var before = await group.UntilTogetherAsync();
        List<ProcessNode> added = [];
        try
        {
            foreach (var (old, id) in group.ViewServices.Zip(["d", "e", "f"]))
            {
                var address = $"127.0.0.1:{Ports.Free()}";
                var next = group.Another(id, address);
                added.Add(next);
                (await Pbkv.RunAsync("view", "add", $"{id}={address}", "--view", group.Address)).Done();
                await next.StartAsync();
                await group.UntilTogetherAsync(4);
                await Group.KillAsync(old);
                await RemoveAsync(old.Name, address);
                await group.UntilTogetherAsync(3);
            }

            var after = await group.UntilTogetherAsync();
            Assert.Equal(["d", "e", "f"], after.ViewServices.Select(member => member.Id).Order());
            Assert.Equal((before.View, before.Primary, before.Backup), (after.View, after.Primary, after.Backup));
            await Group.KillAsync(group.Server(before.Primary));
            await group.UntilAsync(status => status.Primary == before.Backup, "the backup as primary");
            var last = string.Join(',', after.ViewServices.Select(member => member.Address));
            (await Pbkv.RunAsync("put", "k", "v", "--view", last)).Done();
        }
        finally
        {
            added.ForEach(node => node.Dispose());
        }

        // It is refused until the one that was stopped has been missed.
        static async Task RemoveAsync(string id, string other)
        {
            while (await Pbkv.RunAsync("view", "remove", id, "--view", other) is { Code: not 0 } refused)
                refused.Failed(1, "stop it before it is removed");
        }
    }
}
