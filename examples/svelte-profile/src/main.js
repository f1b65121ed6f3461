import { mount } from "svelte";
import Profile from "./Profile.svelte";

mount(Profile, { target: document.querySelector("#app") });
