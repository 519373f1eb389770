using System.Reflection;

namespace PbKv.Host.Tests.Packages;

/// <summary>
/// A folder of somebody who has the packages and no checkout. Packages of PbKv are kept nowhere else, and have a
/// version that was never there before; those of others are taken from where this build found them.
/// </summary>
internal sealed class FreshFolder : IDisposable
{
    private static readonly TimeSpan BuiltWithin = TimeSpan.FromMinutes(3);

    private static readonly DirectoryInfo Built = new(AppContext.BaseDirectory);
    private static readonly string Checkout = Built.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
    private static readonly string Others = typeof(FreshFolder)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "NuGetPackageRoot")
        .Value!;

    private readonly TemporaryFolder _folder = new();

    public FreshFolder()
    {
        _folder.File(
            "nuget.config",
            $"""
            <configuration>
              <packageSources><add key="pbkv" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="others" value="{Others}" /></fallbackPackageFolders>
            </configuration>
            """
        );
        _folder.File(
            "Directory.Build.props",
            """
            <Project>
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>$(MSBuildThisFileDirectory)restored</RestorePackagesPath>
              </PropertyGroup>
            </Project>
            """
        );
    }

    public string Version { get; } = $"0.1.0-test.{Random.Shared.Next()}";

    public string Packages => Path.Combine(_folder.Path, "packages");

    private string Tools => Path.Combine(_folder.Path, "tools");

    /// <summary>What this test was built with, as packages.</summary>
    public Task PackAsync() =>
        DotnetAsync(
            "pack",
            Path.Combine(Checkout, "PbKv.sln"),
            "--no-build",
            "-c",
            Built.Parent!.Name,
            "-o",
            Packages,
            $"-p:Version={Version}",
            $"-p:NuspecOutputPath={Path.Combine(_folder.Path, "nuspec")}/",
            "-maxcpucount:1",
            "-nodeReuse:false"
        );

    /// <summary>A sample's program in a project of its own, which refers to one of the packages.</summary>
    /// <returns>The program.</returns>
    public async Task<string> BuildAsync(string sample, string package, string other = "")
    {
        var project = Directory.CreateDirectory(Path.Combine(_folder.Path, sample)).FullName;
        File.Copy(Path.Combine(Checkout, "samples", sample, "Program.cs"), Path.Combine(project, "Program.cs"));
        File.WriteAllText(
            Path.Combine(project, $"{sample}.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <PackageReference Include="{package}" Version="{Version}" />
                {other}
              </ItemGroup>
            </Project>
            """
        );
        await DotnetAsync("build", project, "-maxcpucount:1", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        return Path.Combine(project, "bin", "Debug", "net10.0", $"{sample}.dll");
    }

    /// <returns>The program.</returns>
    public async Task<string> InstallToolAsync()
    {
        await DotnetAsync("tool", "install", "pbkv", "--tool-path", Tools, "--version", Version, "--source", Packages);
        return Path.Combine(Tools, "pbkv");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task DotnetAsync(params string[] arguments)
    {
        using var dotnet = new Child(["dotnet", .. arguments]);
        dotnet.Input.Close();
        var result = await dotnet.WaitForExitAsync(BuiltWithin);
        Assert.True(result.Code == 0, $"dotnet {string.Join(' ', arguments)}\n{result.Output}{result.Error}");
    }
}
