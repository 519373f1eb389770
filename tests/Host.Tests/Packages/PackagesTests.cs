using System.IO.Compression;

namespace PbKv.Host.Tests.Packages;

public class PackagesTests
{
    private static readonly string[] Ids = ["PbKv.Protocol", "PbKv.Remoting", "PbKv.Client", "PbKv.Server", "pbkv"];

    [Fact]
    public async Task The_packages_are_all_that_a_cluster_and_its_clients_need()
    {
        using var folder = new FreshFolder();
        await folder.PackAsync();
        Assert.Equal(2 * Ids.Length, Directory.GetFiles(folder.Packages).Length);
        foreach (var id in Ids)
            HasReadmeLicenceAndSymbols(Path.Combine(folder.Packages, $"{id}.{folder.Version}"));

        var tool = await folder.InstallToolAsync();
        using var view = new Child([tool, "view", "--port", "0"]);
        await view.WaitForOutputAsync(text =>
            text.StartsWith("ready view ", StringComparison.Ordinal) && text.Contains('\n')
        );
        var address = view.Output.TrimEnd().Split(' ')[^1];
        var server = await folder.BuildAsync(
            "EmbeddedNode",
            "PbKv.Server",
            """<FrameworkReference Include="Microsoft.AspNetCore.App" />"""
        );
        var client = await folder.BuildAsync("Quickstart", "PbKv.Client");
        Assert.False(
            File.Exists(Path.Combine(Path.GetDirectoryName(client)!, "PbKv.Server.dll")),
            "a client needs no server"
        );

        using var node = new Child(["dotnet", server, "--PbKv:ViewServices", address]);
        await node.WaitForOutputAsync(text => text.Contains("hello from 127.0.0.1:"));
        Assert.StartsWith("greeting: hello, world\n", (await RunAsync("dotnet", client, address)).Output);
        (await RunAsync(tool, "get", "greeting", "--view", address)).Done("hello, world\n");
        (await RunAsync(tool, "put", "greeting", "hi", "--view", address)).Done();
        (await RunAsync(tool, "get", "greeting", "--view", address)).Done("hi\n");
    }

    private static void HasReadmeLicenceAndSymbols(string package)
    {
        using var content = ZipFile.OpenRead($"{package}.nupkg");
        Assert.Contains(content.Entries, entry => entry.FullName == "README.md");
        using var nuspec = new StreamReader(
            content.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open()
        );
        Assert.Contains("""<license type="expression">Apache-2.0</license>""", nuspec.ReadToEnd());
        using var symbols = ZipFile.OpenRead($"{package}.snupkg");
        Assert.Contains(symbols.Entries, entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal));
    }

    private static async Task<Ended> RunAsync(string program, params string[] arguments)
    {
        using var process = new Child([program, .. arguments]);
        process.Input.Close();
        return await process.WaitForExitAsync();
    }
}
